CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(8))));

CREATE TABLE rooms (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;

-- Without rowid the entries of a room lie side by side, and a page is one read.
CREATE TABLE entries (
    room INTEGER NOT NULL REFERENCES rooms (number),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    message TEXT, -- the id of a message, null for other kinds
    kind TEXT NOT NULL, -- the entry's kind with its fields, as JSON
    PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

-- What makes sending idempotent.
CREATE UNIQUE INDEX messages ON entries (room, by_id, message) WHERE message IS NOT NULL;

CREATE TABLE members (
    room INTEGER NOT NULL REFERENCES rooms (number),
    user TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
