-- The line that brings an imported entry has no snapshot of its own as long as the entry is as it was brought: the entry itself is
-- it. A million snapshots would take longer to write than everything else that an import writes. What is read of the log is read
-- from this view; only who needs no snapshot may read the table.
CREATE VIEW change_log AS
SELECT c.user_id, c.seq, c.kind, c.entity_type, c.entity_id,
       CASE WHEN c.snapshot IS NULL AND c.kind = 'CREATED' AND c.entity_type = 'Entry'
         THEN (SELECT entry_snapshot(e) FROM entries e WHERE e.user_id = c.user_id AND e.id = c.entity_id)
         ELSE c.snapshot END AS snapshot,
       c.device_id, c.at
FROM changes c;

-- Before an imported entry changes or goes, its line gets the snapshot.
CREATE FUNCTION keep_imported_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE changes SET snapshot = entry_snapshot(OLD)
  WHERE user_id = OLD.user_id AND entity_type = 'Entry' AND entity_id = OLD.id AND kind = 'CREATED' AND snapshot IS NULL;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
CREATE TRIGGER entries_keep_line BEFORE UPDATE OR DELETE ON entries
  FOR EACH ROW WHEN (OLD.import_id IS NOT NULL) EXECUTE FUNCTION keep_imported_line();
