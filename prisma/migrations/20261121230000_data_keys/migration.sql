-- The key under which a person's secrets are sealed, itself sealed under the key of the installation (src/platform/vault.ts).
-- It goes with the person: what it sealed cannot be read any more, wherever copies of that lie.
CREATE TABLE data_keys (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  -- Which key of the installation it is sealed under.
  key_id text NOT NULL,
  wrapped bytea NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
-- For the look at which keys are in use, at each start, and for the job that changes them.
CREATE INDEX data_keys_key_id_idx ON data_keys (key_id);
