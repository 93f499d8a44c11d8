-- What a room has come to be by its entries, kept up with every commit, so that a start need not read them all.
ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT '';
ALTER TABLE rooms ADD COLUMN access TEXT NOT NULL DEFAULT 'open';
ALTER TABLE rooms ADD COLUMN password TEXT; -- the hash, with access by password
ALTER TABLE rooms ADD COLUMN slow_mode INTEGER NOT NULL DEFAULT 0; -- in seconds
ALTER TABLE rooms ADD COLUMN founder TEXT; -- who made it, until they join
ALTER TABLE rooms ADD COLUMN closed INTEGER; -- the seq of its last entry, once it is deleted

ALTER TABLE members ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
ALTER TABLE members ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;

CREATE TABLE bans (
    room INTEGER NOT NULL REFERENCES rooms (number),
    user TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE mutes (
    room INTEGER NOT NULL REFERENCES rooms (number),
    user TEXT NOT NULL,
    until INTEGER NOT NULL, -- in ms since the Unix epoch
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE invites (
    room INTEGER NOT NULL REFERENCES rooms (number),
    id TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at INTEGER NOT NULL,
    expires_at INTEGER,
    uses_max INTEGER,
    uses INTEGER NOT NULL,
    code TEXT NOT NULL, -- the digest
    PRIMARY KEY (room, id)
) STRICT, WITHOUT ROWID;

-- Unread messages that mention a member.
CREATE TABLE mentions (
    room INTEGER NOT NULL REFERENCES rooms (number),
    user TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room, user, seq)
) STRICT, WITHOUT ROWID;

-- Whoever made a room owns it if they are in it, and else once they join for the first time.
CREATE TABLE last_joined (
    room INTEGER NOT NULL,
    user TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (room, user)
) STRICT, WITHOUT ROWID;
INSERT INTO last_joined
    SELECT room, by_id, max(seq) FROM entries WHERE message IS NULL AND kind = '{"kind":"joined"}' GROUP BY room, by_id;
UPDATE members SET joined = last_joined.seq FROM last_joined
    WHERE last_joined.room = members.room AND last_joined.user = members.user;
UPDATE rooms SET founder = (SELECT by_id FROM entries WHERE room = number AND seq = 1);
UPDATE members SET role = 'owner' WHERE user = (SELECT founder FROM rooms WHERE number = room);
UPDATE rooms SET founder = NULL WHERE EXISTS (SELECT 1 FROM last_joined WHERE room = number AND user = founder);
DROP TABLE last_joined;
