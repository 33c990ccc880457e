-- Power banks that are out, or (taken = 0) about to go out of their slot. `started_at`: UTC unix s, null while no trusted clock said so;
-- `out_s`: s counted by a running station; `back`: the empty slot that is released for it to come back.
CREATE TABLE loan (
    number TEXT PRIMARY KEY, person TEXT NOT NULL, slot TEXT NOT NULL, taken INTEGER NOT NULL, started_at INTEGER, out_s INTEGER NOT NULL, back TEXT
) WITHOUT ROWID;
