import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { newId } from '../../../src/kernel/ids.ts';
import {
  closeDatabase,
  isEmbedded,
  openDatabase,
  prisma,
  sql,
  transaction,
} from '../../../src/platform/database/database.ts';
import { migrate } from '../../../src/platform/database/migrations.ts';
import { closeQueue, enqueue, openQueue } from '../../../src/platform/jobs/queue.ts';
import { createRandom } from '../../setup/random.ts';

const job = { name: 'tests.nothing', run: async () => undefined };

describe('the embedded database', () => {
  beforeAll(async () => {
    await openDatabase(readConfig({ DATA_DIR: 'memory://' }));
    await openQueue([job], { runsJobs: false, jobDays: 7 });
  });
  afterAll(async () => {
    await closeQueue();
    await closeDatabase();
  });

  it('answers 2,000 mixed operations at once without an error and without an answer that belongs to another', async () => {
    const userId = await createUser();
    const random = createRandom(1);
    const outcomes = await Promise.all(
      Array.from({ length: 2000 }, (_, i) => operations[random.below(operations.length)]!(i, userId)),
    );
    expect(outcomes.filter((outcome) => outcome !== 'right')).toEqual([]);
    expect(outcomes).toHaveLength(2000);
  });

  it('uses one connection, and keeps it when a statement fails', async () => {
    expect(isEmbedded()).toBe(true);
    await sql.query("SELECT set_config('tests.mark', 'mine', false)");
    const failures = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        sql.query(i % 2 ? 'SELECT 1 / 0' : 'SELEC', [], i % 4 ? undefined : `bad-${i}`),
      ),
    );
    expect(failures.every((failure) => failure.status === 'rejected')).toBe(true);
    const marks = await Promise.all(
      Array.from({ length: 20 }, () =>
        sql.query<{ mark: string }>("SELECT current_setting('tests.mark', true) AS mark"),
      ),
    );
    expect(new Set(marks.map(([row]) => row!.mark))).toEqual(new Set(['mine']));
  });

  it('goes on after a transaction that failed half-way, and keeps nothing of it', async () => {
    const userId = newId();
    const broken = transaction(async (tx) => {
      await tx.query(
        `INSERT INTO users (id, email, password_hash, time_zone) VALUES ($1::uuid, $2::text, 'x', 'UTC')`,
        [userId, userId],
      );
      await tx.query('SELECT 1 / 0');
    });
    await expect(broken).rejects.toMatchObject({ name: 'PrismaClientKnownRequestError' });
    expect(await prisma().user.findUnique({ where: { id: userId } })).toBeNull();
  });

  it('runs effects after the commit, in their order, and none when there is no commit', async () => {
    const effects: string[] = [];
    await transaction(async (tx) => {
      tx.afterCommit(() => effects.push('first'));
      tx.afterCommit(() => effects.push('second'));
      expect(effects).toEqual([]);
    });
    const failed = transaction(async (tx) => {
      tx.afterCommit(() => effects.push('never'));
      throw new Error('on purpose');
    });
    await expect(failed).rejects.toThrow('on purpose');
    expect(effects).toEqual(['first', 'second']);
  });

  it('keeps a civil day the text it is', async () => {
    expect(await sql.query("SELECT '2026-03-29'::date AS day, '1900-01-01'::date AS first")).toEqual([
      { day: '2026-03-29', first: '1900-01-01' },
    ]);
  });

  it('takes the migrations once: again they change nothing', async () => {
    const read = () => sql.query('SELECT * FROM _prisma_migrations ORDER BY migration_name');
    const before = await read();
    const client = { query: async (text: string, values?: unknown[]) => ({ rows: await sql.query(text, values) }) };
    await migrate(client as never);
    await migrate(client as never);
    expect(await read()).toEqual(before);
  });

  it("records them as Prisma does: its table's columns, one row for each folder, and the checksum of the file", async () => {
    const columns = await sql.query(
      `SELECT column_name AS name, data_type AS type, is_nullable AS nullable FROM information_schema.columns
       WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
    );
    // prisma-engines, schema-engine/connectors/sql-schema-connector, `create_migrations_table`.
    expect(columns).toEqual([
      { name: 'id', type: 'character varying', nullable: 'NO' },
      { name: 'checksum', type: 'character varying', nullable: 'NO' },
      { name: 'finished_at', type: 'timestamp with time zone', nullable: 'YES' },
      { name: 'migration_name', type: 'character varying', nullable: 'NO' },
      { name: 'logs', type: 'text', nullable: 'YES' },
      { name: 'rolled_back_at', type: 'timestamp with time zone', nullable: 'YES' },
      { name: 'started_at', type: 'timestamp with time zone', nullable: 'NO' },
      { name: 'applied_steps_count', type: 'integer', nullable: 'NO' },
    ]);
    const folder = join(import.meta.dirname, '../../../prisma/migrations');
    const names = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
    const expected = names.map((name) => ({
      name,
      steps: 1,
      done: true,
      checksum: createHash('sha256')
        .update(readFileSync(join(folder, name, 'migration.sql')))
        .digest('hex'),
    }));
    const recorded = await sql.query(
      `SELECT migration_name AS name, applied_steps_count AS steps, finished_at IS NOT NULL AS done, checksum FROM _prisma_migrations ORDER BY 1`,
    );
    expect(recorded).toEqual(expected);
  });

  it('agrees with the Prisma schema: every table and column that the ORM knows is there', async () => {
    const models = Object.keys(prisma()).filter(
      (name) => /^[a-z]/.test(name) && 'findFirst' in (prisma() as never)[name],
    );
    expect(models.length).toBeGreaterThan(5);
    for (const model of models) {
      const delegate = (prisma() as never)[model] as { findFirst: () => Promise<unknown> };
      await expect(delegate.findFirst(), `${model}`).resolves.toBeDefined();
    }
  });
});

/** Each knows what its answer must be: an answer meant for another one would show. */
const operations: ((i: number, userId: string) => Promise<string>)[] = [
  async (i) => judge((await sql.query<{ n: number }>('SELECT $1::int AS n', [i]))[0]!.n === i),
  async (i) => judge((await sql.query<{ n: number }>('SELECT $1::int AS n', [i], 'named'))[0]!.n === i),
  async (i) => judge((await sql.query<{ n: string }>(`SELECT 'text ${i}' AS n`))[0]!.n === `text ${i}`),
  async (_, userId) => judge((await prisma().user.findUnique({ where: { id: userId } }))?.id === userId),
  async () => judge((await prisma().user.findUnique({ where: { id: newId() } })) === null),
  async (i) => {
    const failure = await sql.query(`SELECT 1 / ($1::int - ${i})`, [i]).catch((error: { code: string }) => error.code);
    return judge(failure === '22012');
  },
  async (i, userId) => {
    const [seq] = await transaction((tx) =>
      tx.query<{ n: number }>('UPDATE change_heads SET seq = $2::int WHERE user_id = $1::uuid RETURNING seq AS n', [
        userId,
        i,
      ]),
    );
    return judge(seq?.n === i);
  },
  async (i, userId) => {
    const broken = transaction(async (tx) => {
      await tx.prisma.user.update({ where: { id: userId }, data: { timeZone: 'never' } });
      throw new Error(`broken ${i}`);
    });
    return judge((await broken.catch((error: Error) => error.message)) === `broken ${i}`);
  },
  async (i, userId) => {
    const id = await transaction(async (tx) => {
      const user = await tx.prisma.user.findUniqueOrThrow({ where: { id: userId } });
      return user.timeZone === 'UTC' ? enqueue(tx, job.name, { i }, { singletonKey: `${i}` }) : null;
    });
    const [row] = await sql.query<{ i: number }>("SELECT (data->>'i')::int AS i FROM pgboss.job WHERE id = $1::uuid", [
      id,
    ]);
    return judge(row?.i === i);
  },
];

const judge = (isRight: boolean): string => (isRight ? 'right' : 'wrong');

async function createUser(): Promise<string> {
  const id = newId();
  await sql.query(
    `WITH u AS (INSERT INTO users (id, email, password_hash, time_zone) VALUES ($1::uuid, $1::text, 'x', 'UTC') RETURNING id)
     INSERT INTO change_heads (user_id) SELECT id FROM u`,
    [id],
  );
  return id;
}
