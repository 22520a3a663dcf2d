import { PgBoss } from 'pg-boss';
import { Client as Database } from 'pg';
import { refreshJob } from '../../src/domains/insights/insights.ts';
import { Client } from '../../test/setup/client.ts';
import { metrics, type Group } from './people.ts';

/**
 * Fills a database that has the product's schema. One account is opened through the API; all others are copies of its rows,
 * since a thousand passwords take longer to hash than everything else here.
 * @param url the product, running on this database
 */
export async function fill(databaseUrl: string, url: string, groups: readonly Group[]): Promise<void> {
  const model = await Client.register(url);
  for (const metric of metrics) await model.createMetric(metric);
  const database = new Database({ connectionString: databaseUrl });
  await database.connect();
  try {
    for (const group of groups) await copyModel(database, model.userId, group);
    await queueFollowUps(database);
    await database.query('VACUUM ANALYZE');
  } finally {
    await database.end();
  }
}

/** Ids are those of people.ts: the hash of a text. */
const id = (...parts: string[]): string => `md5(concat_ws(' ', ${parts.join(', ')}))::uuid`;

/** Each statement has the model's id as $1 and the group's numbers behind it; a log begins with the user and the metrics. */
async function copyModel(
  database: Database,
  modelId: string,
  { name, people, devices, entries }: Group,
): Promise<void> {
  const person = id(`'${name}'`, 'n');
  const log = 'INSERT INTO changes (user_id, seq, kind, entity_type, entity_id, snapshot)';
  const statements = [
    `INSERT INTO users SELECT ${person}, n || '.${name}@example.org', password_hash, time_zone, day_starts_at, preferences, created_at
     FROM users, generate_series(1, ${people}) n WHERE id = $1`,
    `INSERT INTO sessions (user_id, id) SELECT ${person}, ${id(`'${name}'`, 'n', `'device'`, 'd')}
     FROM generate_series(1, ${people}) n, generate_series(1, ${devices}) d WHERE $1::uuid IS NOT NULL`,
    `INSERT INTO metrics (user_id, id, name, type, category, unit, min, max, step, aggregation, desired, is_actionable)
     SELECT ${person}, ${id(`'${name}'`, 'n', 'name')}, name, type, category, unit, min, max, step, aggregation, desired, is_actionable
     FROM metrics, generate_series(1, ${people}) n WHERE user_id = $1`,
    `${log} SELECT ${person}, seq, kind, entity_type, ${person}, jsonb_set(snapshot, '{id}', to_jsonb(${person}))
     FROM changes, generate_series(1, ${people}) n WHERE user_id = $1 AND entity_type = 'User'`,
    `${log} SELECT m.user_id, c.seq, 'CREATED', 'Metric', m.id, metric_snapshot(m)
     FROM changes c JOIN metrics o ON o.user_id = $1 AND o.id = c.entity_id, generate_series(1, ${people}) n
     JOIN metrics m ON m.user_id = ${person} WHERE c.user_id = $1 AND m.name = o.name`,
    // As newEntry in people.ts makes them.
    `INSERT INTO entries (user_id, id, metric_id, date, number, text, notes, tags)
     SELECT ${person}, ${id(`'${name}'`, 'n', `'entry'`, 'e')},
       (ARRAY[${metrics.map((metric) => id(`'${name}'`, 'n', `'${metric.name}'`)).join(', ')}])[e % 3 + 1],
       date '2024-01-01' + e % 365, CASE e % 3 WHEN 0 THEN e + 0.5 WHEN 1 THEN e % 2 END,
       CASE WHEN e % 3 = 2 THEN 'A day like any other, number ' || e || '.' END, 'Slept well, walked to work.', '{work,spring}'
     FROM generate_series(1, ${people}) n, generate_series(1, ${entries}) e WHERE $1::uuid IS NOT NULL`,
    `${log} SELECT ${person}, ${1 + metrics.length} + e, 'CREATED', 'Entry', entries.id, entry_snapshot(entries)
     FROM generate_series(1, ${people}) n CROSS JOIN generate_series(1, ${entries}) e
     JOIN entries ON entries.user_id = ${person} AND entries.id = ${id(`'${name}'`, 'n', `'entry'`, 'e')} WHERE $1::uuid IS NOT NULL`,
    `INSERT INTO change_heads (user_id, seq) SELECT ${person}, ${1 + metrics.length + entries}
     FROM generate_series(1, ${people}) n WHERE $1::uuid IS NOT NULL`,
  ];
  for (const text of statements) await database.query(text, [modelId]);
}

/**
 * An analysis waits for everybody, as after the first write of a day, so that the writes measured need not queue one; but
 * for the first nine of a group, so that this is compared as well.
 */
async function queueFollowUps(database: Database): Promise<void> {
  const queue = new PgBoss({
    db: { executeSql: (text, values) => database.query(text, values) },
    supervise: false,
    schedule: false,
  });
  await queue.start();
  const { rows } = await database.query<{ userId: string }>(
    `UPDATE change_heads SET follow_up_queued = true FROM users
     WHERE id = user_id AND NOT follow_up_queued AND email !~ '^\\d\\.' RETURNING user_id AS "userId"`,
  );
  const startAfter = new Date(Date.now() + 3_600_000);
  await queue.insert(
    refreshJob,
    rows.map(({ userId }) => ({ data: { userId }, singletonKey: userId, startAfter })),
  );
  await queue.stop({ graceful: false });
}
