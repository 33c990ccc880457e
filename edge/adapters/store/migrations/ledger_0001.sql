-- seq is never used twice, also after its row was acknowledged and deleted.
CREATE TABLE fact (seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
-- A reservation is settled when `settled` is set; `amount` stays what was reserved.
CREATE TABLE quota (
    session TEXT PRIMARY KEY, person TEXT NOT NULL, kind TEXT NOT NULL, part TEXT NOT NULL, day TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), settled INTEGER CHECK (settled BETWEEN 0 AND amount), stop TEXT
) WITHOUT ROWID;
CREATE INDEX quota_day ON quota (day);
CREATE TABLE roster (version INTEGER PRIMARY KEY, raw BLOB NOT NULL);
