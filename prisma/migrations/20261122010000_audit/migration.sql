-- Who did what from which device: a chain of rows for each person. There is no foreign key to users: the rows outlive the
-- account, as a random id that nothing says anything of any more. What is said of somebody lies in `details`, sealed with
-- the data key of the person, which goes with the account.

-- Keys for what must be read as long as it is kept, however often the key of the installation is changed: they are sealed
-- under that one, as those of people are. The chains are hashed with one of them, and could not be hashed anew.
CREATE TABLE installation_keys (
  purpose text NOT NULL,
  generation smallint NOT NULL,
  -- Which key of the installation it is sealed under.
  key_id text NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (purpose, generation)
);

CREATE TABLE audit_events (
  user_id uuid NOT NULL,
  -- 1, 2, … for each person, without a gap.
  seq integer NOT NULL CHECK (seq > 0),
  at timestamptz(3) NOT NULL,
  action text NOT NULL,
  device_id uuid,
  details bytea,
  key_generation smallint NOT NULL,
  -- HMAC over all of the above and the hash of the row before.
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (user_id, seq)
);

-- The ends of each chain: the newest row, and the first one that retention has left with the hash before it.
CREATE TABLE audit_heads (
  user_id uuid PRIMARY KEY,
  seq integer NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  first_seq integer NOT NULL,
  hash_before bytea NOT NULL CHECK (octet_length(hash_before) = 32),
  key_generation smallint NOT NULL,
  -- HMAC over all of the above.
  mac bytea NOT NULL CHECK (octet_length(mac) = 32),
  CHECK (first_seq BETWEEN 1 AND seq + 1)
);

-- Rows are added and never changed. One way leads past that: retention cuts the oldest rows of a person through
-- forget_audit_events, which says in a setting of its own, for its own length, whose rows may go and up to which. A setting
-- and not a role, because the embedded database has one role only. On a server, an application with a role of its own gets
-- SELECT and INSERT on audit_events, SELECT, INSERT and UPDATE on audit_heads, and EXECUTE on the two functions: they run with
-- the rights of their owner.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  forgets text[] := string_to_array(coalesce(current_setting('lifegraph.audit_forgets', true), ''), ' ');
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF forgets[1] = OLD.user_id::text AND OLD.seq <= forgets[2]::integer THEN RETURN OLD; END IF;
  END IF;
  RAISE EXCEPTION '% of %: what is in the audit log stays as it is', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- A head goes forward only.
CREATE FUNCTION check_audit_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.user_id = OLD.user_id AND NEW.seq >= OLD.seq AND NEW.first_seq >= OLD.first_seq THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'UPDATE of audit_heads: the head of an audit log does not go back' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_events_stay_all BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_heads_stay BEFORE DELETE ON audit_heads
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_heads_stay_all BEFORE TRUNCATE ON audit_heads
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads
  FOR EACH ROW EXECUTE FUNCTION check_audit_head();

-- Cuts the rows of a person up to a number. The caller holds the head, and moves its beginning.
CREATE FUNCTION forget_audit_events(person uuid, up_to integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  gone integer;
BEGIN
  PERFORM set_config('lifegraph.audit_forgets', person::text || ' ' || up_to::text, true);
  DELETE FROM audit_events WHERE user_id = person AND seq <= up_to;
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('lifegraph.audit_forgets', '', true);
  RETURN gone;
END $$;

-- Takes away the head of somebody whose account is erased and whose rows are all cut: then the pseudonym is gone too.
CREATE FUNCTION forget_audit_head(person uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  gone integer;
BEGIN
  PERFORM set_config('lifegraph.audit_forgets', person::text || ' 2147483647', true);
  DELETE FROM audit_heads h WHERE h.user_id = person AND h.first_seq > h.seq
    AND NOT EXISTS (SELECT FROM users u WHERE u.id = person)
    AND NOT EXISTS (SELECT FROM audit_events e WHERE e.user_id = person);
  GET DIAGNOSTICS gone = ROW_COUNT;
  PERFORM set_config('lifegraph.audit_forgets', '', true);
  RETURN gone;
END $$;

REVOKE EXECUTE ON FUNCTION forget_audit_events(uuid, integer), forget_audit_head(uuid) FROM PUBLIC;
