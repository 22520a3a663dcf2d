-- Up to this number the log holds only the newest line of each entity that existed then: it reads as a snapshot.
ALTER TABLE change_heads
  ADD COLUMN compacted_seq integer NOT NULL DEFAULT 0,
  ADD CHECK (compacted_seq BETWEEN 0 AND seq);

-- What has become of the operations that devices sent from their queues: one that comes again meets the same outcome.
CREATE TABLE operations (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- The number of its change; null when nothing had to change, or nothing was done.
  seq integer,
  -- Why it was not done; null when it was.
  refusal jsonb,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id),
  CHECK (seq IS NULL OR refusal IS NULL)
);
