// The chat of bun.mjs made durable by the shortest way: each message is a row in SQLite, synced to disk before anyone
// sees it. The second argument is the folder for it.
import { Database } from 'bun:sqlite';
import { join } from 'node:path';

const database = new Database(join(process.argv[3] ?? '.', 'chat.db'), { create: true });
database.run('PRAGMA journal_mode = WAL');
database.run('PRAGMA synchronous = FULL');
database.run('CREATE TABLE IF NOT EXISTS message (seq INTEGER PRIMARY KEY, room TEXT, name TEXT, body TEXT)');
const keep = database.query('INSERT INTO message (room, name, body) VALUES (?, ?, ?) RETURNING seq');

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.argv[2] ?? 0),
  fetch(request, server) {
    if (server.upgrade(request, { data: { room: '', name: '' } })) return undefined;
    return new Response('WebSockets only', { status: 426 });
  },
  websocket: {
    message(socket, text) {
      const frame = JSON.parse(text);
      if (frame.type === 'join') {
        Object.assign(socket.data, { room: frame.room, name: frame.name });
        socket.subscribe(frame.room);
        socket.send(JSON.stringify({ type: 'joined', room: frame.room }));
      } else if (frame.type === 'message') {
        const { room, name } = socket.data;
        const { seq } = keep.get(room, name, frame.body);
        server.publish(room, JSON.stringify({ type: 'message', id: seq, name, room, body: frame.body }));
      }
    },
  },
});
console.log(server.port);
