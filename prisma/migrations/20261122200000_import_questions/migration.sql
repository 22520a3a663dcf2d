-- What only the person can say about a file, and what they have said.
ALTER TABLE imports
  ADD COLUMN questions jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN answers jsonb NOT NULL DEFAULT '{}';

-- The question on whose answer a row depends; and rows that bring another value for an entry which an import has written.
ALTER TABLE import_rows
  ADD COLUMN question text,
  DROP CONSTRAINT import_rows_status_check,
  ADD CONSTRAINT import_rows_status_check CHECK (status IN ('NEW', 'CHANGED', 'DUPLICATE', 'REJECTED'));

-- In which version an import has left an entry: one that is of another version since has been changed by the person. And the
-- newest import that has changed it, when that is not the one that brought it: undoing that one brings the value before back.
ALTER TABLE entries
  ADD COLUMN import_version integer,
  ADD COLUMN changed_by_import uuid;
UPDATE entries e SET import_version = coalesce((
  SELECT (c.snapshot->>'version')::int FROM changes c
  WHERE c.user_id = e.user_id AND c.entity_type = 'Entry' AND c.entity_id = e.id AND c.kind = 'CREATED'
  ORDER BY c.seq DESC LIMIT 1), e.version) WHERE e.import_id IS NOT NULL;
CREATE INDEX entries_user_id_changed_by_import_idx ON entries (user_id, changed_by_import) WHERE changed_by_import IS NOT NULL;
