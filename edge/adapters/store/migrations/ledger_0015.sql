-- Pushed configuration. One row each: what is confirmed, what is tried, and the newest document change together or not at all.
CREATE TABLE trust_root (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    raw BLOB NOT NULL
);
CREATE TABLE config (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    confirmed TEXT NOT NULL,
    tried TEXT NOT NULL,
    slot TEXT CHECK (slot IN ('armed', 'trial')),
    before TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    phase TEXT NOT NULL,
    reason TEXT NOT NULL,
    flaw TEXT,
    tries INTEGER NOT NULL,
    again INTEGER NOT NULL,
    CHECK ((slot IS NULL) = (tried = ''))
);
