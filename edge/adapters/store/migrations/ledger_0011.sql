-- Faults that outlive a restart (Rule.kept): only a person, or the condition itself, takes them away.
CREATE TABLE fault (fault TEXT NOT NULL, part TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (fault, part)) WITHOUT ROWID;
