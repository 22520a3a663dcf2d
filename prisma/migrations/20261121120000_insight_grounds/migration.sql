-- What a recommendation has to know of a metric: where the person wants it to go, and whether they can decide over it.
-- Without a word of theirs the second follows from the type (isActionableByDefault in rules.ts); the column's default is
-- only for servers of the version before, while they still run.
ALTER TABLE metrics
  ADD COLUMN desired text CHECK (desired IN ('HIGHER', 'LOWER')),
  ADD COLUMN is_actionable boolean NOT NULL DEFAULT true,
  ADD CHECK (desired IS NULL OR type <> 'TEXT');
UPDATE metrics SET is_actionable = false WHERE type IN ('RATING', 'TEXT');

CREATE OR REPLACE FUNCTION metric_snapshot(m metrics) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', m.id, 'name', m.name, 'type', m.type, 'category', m.category, 'unit', m.unit, 'min', m.min, 'max', m.max,
    'step', m.step, 'aggregation', m.aggregation, 'desired', m.desired, 'isActionable', m.is_actionable,
    'isActive', m.is_active, 'version', m.version,
    'createdAt', to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'updatedAt', to_char(m.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;

ALTER TABLE insights
  ADD COLUMN ground_seq integer,
  ADD COLUMN rated_at timestamptz(3),
  ADD COLUMN retracted_at timestamptz(3),
  ADD COLUMN retraction_reason text CHECK (retraction_reason IN ('GROUND_CHANGED', 'METRIC_GONE', 'PAST')),
  ADD COLUMN retraction_message text;

-- What was retired before reasons were kept: the metrics tell the two apart.
UPDATE insights i SET
  retracted_at = updated_at,
  retraction_reason = CASE WHEN (
    SELECT count(*) FROM metrics m WHERE m.user_id = i.user_id AND m.id = ANY(i.metric_ids) AND m.is_active
  ) = cardinality(i.metric_ids) THEN 'GROUND_CHANGED' ELSE 'METRIC_GONE' END,
  retraction_message = 'It no longer holds.'
WHERE NOT is_active AND dismissed_at IS NULL;

ALTER TABLE insights
  ADD CHECK ((retracted_at IS NULL) = (retraction_reason IS NULL)
    AND (retracted_at IS NULL) = (retraction_message IS NULL));
