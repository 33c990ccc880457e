-- Who takes messages in; when an epoch was first heard of and how far its facts were deleted after their time; registers of faces; flapping.
CREATE TABLE workers (
  worker VARCHAR(64) NOT NULL PRIMARY KEY,
  instance VARCHAR(16) NOT NULL,
  shards VARCHAR(200) NOT NULL,
  started_ms BIGINT NOT NULL,
  beat_ms BIGINT NOT NULL,
  connected_ms BIGINT,
  counters TEXT NOT NULL
);
ALTER TABLE progress ADD COLUMN born_ms BIGINT NOT NULL DEFAULT 0;
UPDATE progress SET born_ms = changed_ms;
ALTER TABLE progress ADD COLUMN pruned BIGINT NOT NULL DEFAULT 0;
-- A field of a face's record is as the newest fact that tells it left it, whatever the order of arrival.
ALTER TABLE faces ADD COLUMN said_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE faces ADD COLUMN notice_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE faces ADD COLUMN kept_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE faces ADD COLUMN enrolled_seq BIGINT NOT NULL DEFAULT 0;
UPDATE faces SET said_seq = seq, notice_seq = seq, kept_seq = seq, enrolled_seq = seq;
ALTER TABLE stations ADD COLUMN losses VARCHAR(120) NOT NULL DEFAULT '[]';
ALTER TABLE stations ADD COLUMN flapping_ms BIGINT;
ALTER TABLE stations ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0;
CREATE INDEX refused_of_reason ON refused (reason);
