-- Up to this number the log holds only the newest line of each entity that existed then: it reads as a snapshot.
ALTER TABLE change_heads
  ADD COLUMN compacted_seq integer NOT NULL DEFAULT 0,
  ADD CHECK (compacted_seq BETWEEN 0 AND seq);

-- What devices have sent from their queues: an operation that comes again is recognised, and not applied twice.
CREATE TABLE operations (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  -- The number of its change; null when nothing had to change.
  seq integer,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id)
);
