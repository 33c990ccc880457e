-- What lies on each shelf of the fridge; `grams`: its scale before the last release, by which an interrupted opening is settled.
CREATE TABLE shelf (
    shelf TEXT PRIMARY KEY, count INTEGER NOT NULL CHECK (count >= 0), lot TEXT NOT NULL, expires TEXT NOT NULL, expired INTEGER NOT NULL, grams REAL
) WITHOUT ROWID;
-- One row: seconds above the limit since a steward's last release, and when that was so (unix seconds, null while time was not trusted).
CREATE TABLE cold (id INTEGER PRIMARY KEY CHECK (id = 1), warm_s REAL NOT NULL, seen_at INTEGER);
-- Probes of the fridge that have worked here once, by the number on their bus.
CREATE TABLE probe (probe TEXT PRIMARY KEY) WITHOUT ROWID;
