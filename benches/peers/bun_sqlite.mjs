// The chat of bun.mjs made durable by the shortest way: each message is a row in SQLite, synced to disk before anyone
// sees it. The second argument is the folder for it.
import { Database } from 'bun:sqlite';
import { join } from 'node:path';

import { serve } from './bun_chat.mjs';

const database = new Database(join(process.argv[3] ?? '.', 'chat.db'), { create: true });
database.run('PRAGMA journal_mode = WAL');
database.run('PRAGMA synchronous = FULL');
database.run('CREATE TABLE IF NOT EXISTS message (seq INTEGER PRIMARY KEY, room TEXT, name TEXT, body TEXT)');
const keep = database.query('INSERT INTO message (room, name, body) VALUES (?, ?, ?) RETURNING seq');

serve((room, name, body) => ({ type: 'message', id: keep.get(room, name, body).seq, name, room, body }));
