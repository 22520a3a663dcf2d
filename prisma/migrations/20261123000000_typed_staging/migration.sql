-- Staged entries stand in columns: a million of them is written, compared and copied without a look into JSON.
-- A CSV is read twice instead of being staged as text first; a check that was under way begins anew.
DELETE FROM import_rows WHERE kind = 'RAW';

ALTER TABLE import_rows
  DROP CONSTRAINT import_rows_kind_check,
  ADD CONSTRAINT import_rows_kind_check CHECK (kind IN ('METRIC', 'ENTRY')),
  ADD COLUMN metric_id uuid,
  ADD COLUMN date date,
  ADD COLUMN time time(0),
  ADD COLUMN number double precision,
  ADD COLUMN text text,
  ADD COLUMN notes text,
  ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
  ADD COLUMN source text,
  ADD COLUMN records integer NOT NULL DEFAULT 1,
  ADD COLUMN is_keyed boolean NOT NULL DEFAULT false,
  ALTER COLUMN payload DROP NOT NULL;

UPDATE import_rows SET
  metric_id = (payload->>'metricId')::uuid, date = (payload->>'date')::date, time = (payload->>'time')::time,
  number = (payload->>'number')::float8, text = payload->>'text', notes = payload->>'notes',
  tags = ARRAY(SELECT jsonb_array_elements_text(payload->'tags')), source = payload->>'source',
  records = coalesce((payload->>'records')::int, 1), is_keyed = coalesce((payload->>'isKeyed')::boolean, false),
  payload = nullif(jsonb_strip_nulls(jsonb_build_object('raw', payload->'raw', 'version', payload->'version',
    'createdAt', payload->'createdAt', 'updatedAt', payload->'updatedAt')), '{}')
WHERE kind = 'ENTRY';

-- The few metrics among a million entries.
CREATE INDEX import_rows_metrics_idx ON import_rows (user_id, import_id, ordinal) WHERE kind = 'METRIC';

-- What the check of a file rests on: the number of the person's newest change, and the state of their metrics. As long as neither
-- has moved on, nothing has to be looked at again when it is applied.
ALTER TABLE imports ADD COLUMN ground jsonb;
