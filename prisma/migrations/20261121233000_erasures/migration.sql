-- Who was erased: a random id and a time, nothing else. Compared with the journal in DATA_DIR at each start, so that a
-- database brought back from a backup does not bring back people (src/domains/accounts/erasure.ts). No reference to users:
-- it says who is not among them any more.
CREATE TABLE erasures (
  user_id uuid PRIMARY KEY,
  at timestamptz(3) NOT NULL DEFAULT now(),
  -- Whether the database's files have been written anew since: deleted rows lie in them until then.
  is_scrubbed boolean NOT NULL DEFAULT false
);
