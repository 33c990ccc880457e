-- Bottles a day, whether somebody is a steward, and the digest of a duress code.
ALTER TABLE people ADD COLUMN bottles_per_day BIGINT;
ALTER TABLE people ADD COLUMN role VARCHAR(12) NOT NULL DEFAULT 'visitor';
ALTER TABLE people ADD COLUMN duress_digest VARCHAR(64);
