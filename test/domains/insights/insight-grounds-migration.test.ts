import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';

const read = (name: string): string =>
  readFileSync(new URL(`../../../prisma/migrations/${name}/migration.sql`, import.meta.url), 'utf8');
const idOf = (number: number): string => `01a1fd5a-5876-711d-bc74-${String(number).padStart(12, '0')}`;
const user = idOf(1);
const [kept, archived, deleted] = [idOf(11), idOf(12), idOf(13)];

let database: PGlite;
beforeAll(async () => {
  database = await PGlite.create();
  await database.exec(read('20261121000000_core'));
  await database.query(`INSERT INTO users (id, email, password_hash, time_zone) VALUES ($1, 'a', 'b', 'UTC')`, [user]);
  await addMetric(kept, 'NUMBER', true);
  await addMetric(archived, 'RATING', false);
  await addInsight(21, [kept], true);
  await addInsight(22, [kept], false);
  await addInsight(23, [kept, archived], false);
  await addInsight(24, [deleted], false);
  await addInsight(25, [kept], false, new Date(0));
  await database.exec(read('20261121120000_insight_grounds'));
});
afterAll(() => database.close());

it('what was retired before reasons were kept gets the one that its metrics tell', async () => {
  const { rows } = await database.query(
    `SELECT right(id::text, 2) AS id, retraction_reason AS reason, retracted_at = updated_at AS "isDated" FROM insights ORDER BY id`,
  );
  expect(rows).toEqual([
    { id: '21', reason: null, isDated: null },
    { id: '22', reason: 'GROUND_CHANGED', isDated: true },
    { id: '23', reason: 'METRIC_GONE', isDated: true },
    { id: '24', reason: 'METRIC_GONE', isDated: true },
    { id: '25', reason: null, isDated: null },
  ]);
});

it('metrics that were there already are what new ones of their type are', async () => {
  const { rows } = await database.query('SELECT type, desired, is_actionable FROM metrics ORDER BY id');
  expect(rows).toEqual([
    { type: 'NUMBER', desired: null, is_actionable: true },
    { type: 'RATING', desired: null, is_actionable: false },
  ]);
});

it('a retraction is whole or none', async () => {
  const write = database.query(`UPDATE insights SET retracted_at = now() WHERE id = $1`, [idOf(21)]);
  await expect(write).rejects.toMatchObject({ code: '23514' });
});

const addMetric = (id: string, type: string, isActive: boolean) =>
  database.query(
    `INSERT INTO metrics (user_id, id, name, type, category, aggregation, is_active) VALUES ($1, $2, 'x', $3, 'y', 'SUM', $4)`,
    [user, id, type, isActive],
  );

const addInsight = (number: number, metricIds: string[], isActive: boolean, dismissedAt: Date | null = null) =>
  database.query(
    `INSERT INTO insights (user_id, id, type, key, title, confidence, range_from, range_to, metric_ids, evidence, is_active, dismissed_at)
     VALUES ($1, $2::uuid, 'TREND', $2::uuid::text, 'x', 1, '2026-01-01', '2026-01-02', $3::uuid[], '{}', $4, $5)`,
    [user, idOf(number), metricIds, isActive, dismissedAt],
  );
