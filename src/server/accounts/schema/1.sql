-- A person who has deleted their account keeps their row, so that nobody else ever gets its id.
CREATE TABLE people (
    user TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    sort TEXT NOT NULL,
    lower_key TEXT UNIQUE,
    shape_key TEXT UNIQUE,
    password TEXT,
    admin INTEGER NOT NULL DEFAULT 0,
    banned INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX people_by_name ON people (sort, user) WHERE deleted = 0;
CREATE INDEX people_administering ON people (admin) WHERE admin = 1;

CREATE TABLE logins (
    login TEXT PRIMARY KEY NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL,
    label TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX logins_of_people ON logins (user, seen_at);

-- What the running server has to hear of, whoever did it: it reads on from the last number it knows.
CREATE TABLE endings (number INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL) STRICT;
CREATE TRIGGER login_ended AFTER DELETE ON logins BEGIN
    INSERT INTO endings (login) VALUES (OLD.login);
END;

CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL) STRICT;
CREATE TRIGGER person_changed AFTER UPDATE ON people
WHEN OLD.name IS NOT NEW.name OR OLD.admin IS NOT NEW.admin OR OLD.deleted IS NOT NEW.deleted
    OR (OLD.password IS NULL) IS NOT (NEW.password IS NULL)
BEGIN
    INSERT INTO changes (user) VALUES (NEW.user);
END;

CREATE TABLE settings (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT;
