-- How far each member has read. Nothing becomes unread by an update.
ALTER TABLE members ADD COLUMN read INTEGER NOT NULL DEFAULT 0;
UPDATE members SET read = (SELECT max(seq) FROM entries WHERE entries.room = members.room);

-- A checksum for each entry, which the program computes while it moves them.
DROP INDEX messages;
ALTER TABLE entries RENAME TO entries_1;
CREATE TABLE entries (
    room INTEGER NOT NULL REFERENCES rooms (number),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    message TEXT, -- the id of a message, null for other kinds
    kind TEXT NOT NULL, -- the entry's kind with its fields, as JSON
    checksum INTEGER NOT NULL, -- the CRC-32 of the entry
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- What makes sending idempotent. Ids come first: those of one time lie side by side, so that a commit changes few pages.
CREATE UNIQUE INDEX messages ON entries (message, room, by_id) WHERE message IS NOT NULL;
