-- Several programs and devices may measure one thing on one day. Of those the one counts that stands first here: the person's
-- order. Empty while all entries of a metric are the person's own: then all of a day count.
ALTER TABLE metrics ADD COLUMN sources text[] NOT NULL DEFAULT '{}';

-- Where a source stands in that order: the smallest number of a day counts. What the person has written, through whichever app or
-- file of their own, is one source, and comes first unless they say otherwise.
CREATE FUNCTION source_rank(sources text[], source text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN cardinality(sources) = 0 THEN 0
    WHEN source IN ('api', 'csv', 'json') THEN coalesce(array_position(sources, 'api'), 0)
    ELSE coalesce(array_position(sources, source), 1000 + abs(hashtext(source)::bigint)) END
$$;

CREATE OR REPLACE FUNCTION metric_snapshot(m metrics) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', m.id, 'name', m.name, 'type', m.type, 'category', m.category, 'unit', m.unit, 'min', m.min, 'max', m.max,
    'step', m.step, 'aggregation', m.aggregation, 'desired', m.desired, 'isActionable', m.is_actionable, 'sources', m.sources,
    'isActive', m.is_active, 'version', m.version,
    'createdAt', to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'updatedAt', to_char(m.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;
