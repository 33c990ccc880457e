-- Public halves of the keys that seal tickets, as the roster carries them, and people who signed in with their phone.
CREATE TABLE ticket_keys (
  id BIGINT NOT NULL PRIMARY KEY,
  public_key VARCHAR(64) NOT NULL
);

CREATE TABLE phone_sessions (
  sha256 VARCHAR(64) NOT NULL PRIMARY KEY,
  person VARCHAR(32) NOT NULL,
  code_sha256 VARCHAR(64) NOT NULL,
  made_ms BIGINT NOT NULL,
  until_ms BIGINT NOT NULL
);
CREATE INDEX phone_sessions_of_person ON phone_sessions (person);
