-- Every user-owned table leads its key with user_id, and foreign keys carry it too: the database itself refuses an
-- entry that points at another person's metric, and one person's rows lie together.

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL,
  password_hash text NOT NULL,
  time_zone text NOT NULL,
  day_starts_at smallint NOT NULL DEFAULT 0 CHECK (day_starts_at BETWEEN 0 AND 23),
  preferences jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE change_heads (
  user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  seq integer NOT NULL DEFAULT 0,
  follow_up_queued boolean NOT NULL DEFAULT false
);

CREATE TABLE changes (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  seq integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('CREATED', 'UPDATED', 'DELETED')),
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  snapshot jsonb,
  device_id uuid,
  at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, seq)
);
CREATE INDEX changes_user_id_entity_type_entity_id_seq_idx ON changes (user_id, entity_type, entity_id, seq);

CREATE TABLE sessions (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  last_seen_at timestamptz(3) NOT NULL DEFAULT now(),
  ended_at timestamptz(3),
  PRIMARY KEY (user_id, id)
);

CREATE TABLE refresh_tokens (
  hash bytea PRIMARY KEY,
  user_id uuid NOT NULL,
  session_id uuid NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  spent_at timestamptz(3),
  FOREIGN KEY (user_id, session_id) REFERENCES sessions (user_id, id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_user_id_session_id_idx ON refresh_tokens (user_id, session_id);

CREATE TABLE metrics (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  name text NOT NULL,
  type text NOT NULL CHECK (type IN ('RATING', 'DURATION', 'BINARY', 'NUMBER', 'TEXT')),
  category text NOT NULL,
  unit text,
  min double precision,
  max double precision,
  step double precision CHECK (step > 0),
  aggregation text NOT NULL CHECK (aggregation IN ('SUM', 'MEAN', 'LAST', 'MIN', 'MAX')),
  is_active boolean NOT NULL DEFAULT true,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id),
  CHECK (min IS NULL OR max IS NULL OR min <= max)
);

CREATE TABLE entries (
  user_id uuid NOT NULL,
  id uuid NOT NULL,
  metric_id uuid NOT NULL,
  date date NOT NULL CHECK (date BETWEEN '1900-01-01' AND '2200-12-31'),
  time time(0),
  number double precision CHECK (number > '-Infinity' AND number < 'Infinity'),
  text text,
  notes text,
  tags text[] NOT NULL DEFAULT '{}',
  source text NOT NULL DEFAULT 'api',
  import_id uuid,
  version integer NOT NULL DEFAULT 1,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id),
  FOREIGN KEY (user_id, metric_id) REFERENCES metrics (user_id, id) ON DELETE CASCADE,
  CHECK ((number IS NULL) <> (text IS NULL))
);
CREATE INDEX entries_user_id_date_id_idx ON entries (user_id, date, id);
CREATE INDEX entries_user_id_metric_id_date_id_idx ON entries (user_id, metric_id, date, id);
CREATE INDEX entries_user_id_import_id_idx ON entries (user_id, import_id);

-- The one shape of an entry outside the database: what the API answers, what the change log keeps, what an export
-- holds. In one place, so that they cannot drift apart.
CREATE FUNCTION entry_snapshot(e entries) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', e.id, 'metricId', e.metric_id, 'date', e.date, 'time', e.time, 'number', e.number, 'text', e.text,
    'notes', e.notes, 'tags', e.tags, 'source', e.source, 'importId', e.import_id, 'version', e.version,
    'createdAt', to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'updatedAt', to_char(e.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;

CREATE TABLE insights (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  type text NOT NULL,
  key text NOT NULL,
  title text NOT NULL,
  confidence double precision NOT NULL,
  range_from date NOT NULL,
  range_to date NOT NULL,
  metric_ids uuid[] NOT NULL,
  evidence jsonb NOT NULL,
  is_active boolean NOT NULL DEFAULT true,
  rating text,
  dismissed_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id)
);
CREATE UNIQUE INDEX insights_user_id_key_key ON insights (user_id, key);

CREATE TABLE imports (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  id uuid NOT NULL,
  format text NOT NULL,
  file_name text,
  state text NOT NULL,
  apply_when_ready boolean NOT NULL DEFAULT false,
  options jsonb NOT NULL DEFAULT '{}',
  device_id uuid,
  progress double precision NOT NULL DEFAULT 0,
  report jsonb,
  error text,
  created_metric_ids uuid[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, id)
);

CREATE TABLE import_rows (
  user_id uuid NOT NULL,
  import_id uuid NOT NULL,
  ordinal integer NOT NULL,
  "row" integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('RAW', 'METRIC', 'ENTRY')),
  item_id uuid,
  occurrence integer NOT NULL DEFAULT 1,
  status text NOT NULL DEFAULT 'NEW' CHECK (status IN ('NEW', 'DUPLICATE', 'REJECTED')),
  reason text,
  payload jsonb NOT NULL,
  PRIMARY KEY (user_id, import_id, ordinal),
  FOREIGN KEY (user_id, import_id) REFERENCES imports (user_id, id) ON DELETE CASCADE
);

-- A metric in the shape that the change log keeps (toSnapshot in metrics.ts).
CREATE FUNCTION metric_snapshot(m metrics) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', m.id, 'name', m.name, 'type', m.type, 'category', m.category, 'unit', m.unit, 'min', m.min, 'max', m.max,
    'step', m.step, 'aggregation', m.aggregation, 'isActive', m.is_active, 'version', m.version,
    'createdAt', to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'updatedAt', to_char(m.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
$$;
