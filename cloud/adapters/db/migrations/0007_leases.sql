-- Parts of people's days that were leased to stations. `quota` is the whole day's, as it was when the row was last written.
CREATE TABLE quota_shares (
  day VARCHAR(10) NOT NULL,
  person VARCHAR(32) NOT NULL,
  what VARCHAR(12) NOT NULL,
  station VARCHAR(32) NOT NULL,
  epoch VARCHAR(8) NOT NULL,
  number BIGINT NOT NULL,
  upto BIGINT NOT NULL,
  spent BIGINT NOT NULL,
  quota BIGINT NOT NULL,
  PRIMARY KEY (day, person, what, station, epoch)
);
-- What each station gives beyond its lease; empty: as the contract has it.
ALTER TABLE roster ADD COLUMN offline_allowance VARCHAR(200) NOT NULL DEFAULT '';
