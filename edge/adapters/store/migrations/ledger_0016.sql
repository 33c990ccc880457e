-- Orders from afar. The audit chain is only added to: each hash covers the entry before.
CREATE TABLE audit (seq INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain is only added to'); END;
CREATE TRIGGER audit_holds BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit chain is only added to'); END;
-- How many seconds of running time ago each remote unlock of the last hour was.
CREATE TABLE unlock (number INTEGER PRIMARY KEY, age_s INTEGER NOT NULL);
