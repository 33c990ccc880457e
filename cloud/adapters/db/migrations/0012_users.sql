-- People who look after stations, their logins (digests of tokens only), who took note of an alert, and the audit. Nothing in the audit can be changed or taken out:
-- a statement that begins with the name of a database is run on that one only.
CREATE TABLE users (
  name VARCHAR(32) NOT NULL PRIMARY KEY,
  role VARCHAR(8) NOT NULL,
  districts TEXT NOT NULL,
  password VARCHAR(200) NOT NULL,
  made_ms BIGINT NOT NULL,
  password_ms BIGINT NOT NULL,
  login_ms BIGINT
);

CREATE TABLE logins (
  sha256 VARCHAR(64) NOT NULL PRIMARY KEY,
  name VARCHAR(32) NOT NULL,
  until_ms BIGINT NOT NULL,
  ends_ms BIGINT NOT NULL,
  stepped_ms BIGINT NOT NULL
);
CREATE INDEX logins_of_name ON logins (name);

ALTER TABLE alerts ADD COLUMN seen_by VARCHAR(80) NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN seen_ms BIGINT;

ALTER TABLE tokens ADD COLUMN role VARCHAR(8) NOT NULL DEFAULT 'admin';

CREATE TABLE audit (
  number BIGINT NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  who VARCHAR(80) NOT NULL,
  act VARCHAR(40) NOT NULL,
  target VARCHAR(120) NOT NULL,
  detail TEXT NOT NULL,
  previous VARCHAR(64) NOT NULL,
  sha256 VARCHAR(64) NOT NULL
);
@sqlite CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is never changed'); END;
@sqlite CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'nothing is taken out of the audit'); END;
@sqlite CREATE TRIGGER audit_grows BEFORE INSERT ON audit WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit)
  BEGIN SELECT RAISE(ABORT, 'the audit grows at its end only'); END;
@postgresql CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'the audit is never changed, and nothing is taken out of it'; END $$;
@postgresql CREATE FUNCTION audit_grows() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN IF NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM audit) THEN RAISE EXCEPTION 'the audit grows at its end only'; END IF; RETURN NEW; END $$;
@postgresql CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();
@postgresql CREATE TRIGGER audit_is_kept BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_stays();
@postgresql CREATE TRIGGER audit_grows BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_grows();
