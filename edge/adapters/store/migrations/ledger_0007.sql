-- The newest lease of each person's day and kind: what may be drawn here in all, and what the cloud was told to have been drawn.
CREATE TABLE lease (
    day TEXT NOT NULL, person TEXT NOT NULL, what TEXT NOT NULL, number INTEGER NOT NULL, upto INTEGER NOT NULL CHECK (upto >= 0),
    told INTEGER NOT NULL, PRIMARY KEY (day, person, what)
) WITHOUT ROWID;
-- The quota day in force where stations share quotas; what was drawn before `keep_from` is forgotten.
CREATE TABLE day (id INTEGER PRIMARY KEY CHECK (id = 1), day TEXT NOT NULL, keep_from TEXT NOT NULL);
