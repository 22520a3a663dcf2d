import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { settleErasures } from '../../../../src/domains/accounts/erasure.ts';
import { chooseKept } from '../../../../src/domains/exports/scheduled/rotation.ts';
import { savePeople, type Shelf } from '../../../../src/domains/exports/scheduled/save.ts';
import { toDay } from '../../../../src/kernel/civil-time.ts';
import { newId } from '../../../../src/kernel/ids.ts';
import { sql } from '../../../../src/platform/database/database.ts';
import { announceErasure } from '../../../../src/platform/forgetting/erasures.ts';
import { enqueueAlone } from '../../../../src/platform/jobs/queue.ts';
import { eraseAccount } from '../../../attacks/planted-life.ts';
import { startApp, type App } from '../../../setup/app.ts';
import { Client, goodPassword } from '../../../setup/client.ts';
import { makeFolder } from '../../../setup/pair.ts';
import { download, exportJson, importJson } from '../../imports/transfer.ts';

/** What happens before the last piece of an export is written. */
let beforeEnd: (userId: string) => Promise<void> = async () => {};
vi.mock('../../../../src/domains/exports/write-json.ts', async (original) => {
  const actual = await original<typeof import('../../../../src/domains/exports/write-json.ts')>();
  const writeJson: typeof actual.writeJson = async function* (viewer, selection) {
    yield* actual.writeJson(viewer, selection);
    await beforeEnd(viewer.userId);
    yield '\n';
  };
  return { ...actual, writeJson };
});

const folder = makeFolder();
const shelf: Shelf = { folder: folder.path, keep: { days: 3, weeks: 2, months: 2 } };
const today = toDay(new Date());
let app: App;
let me: Client;

beforeAll(async () => {
  const settings = { EXPORT_DIR: folder.path, EXPORT_SCHEDULE: '0 0 29 2 *', METRICS_TOKEN: 'x'.repeat(16) };
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600', ...settings });
});
afterAll(async () => {
  await app.stop();
  folder.remove();
});
beforeEach(async () => {
  await sql.query('DELETE FROM users');
  rmSync(folder.path, { recursive: true });
  await mkdir(folder.path);
  me = await Client.register(app.url);
});
afterEach(() => {
  beforeEnd = async () => {};
  vi.useRealTimers();
});

const namesOf = (client: Client): string[] => {
  const path = join(folder.path, client.userId);
  return existsSync(path) ? readdirSync(path).toSorted() : [];
};
const nameOf = (day: string) => `lifegraph-${day}.json.gz`;
const pathOf = (client: Client, day = today) => join(folder.path, client.userId, nameOf(day));
const read = (client: Client, day = today): string => gunzipSync(readFileSync(pathOf(client, day))).toString();

/** As if it were another day. */
async function saveOn(day: string): Promise<void> {
  vi.useFakeTimers({ now: new Date(`${day}T12:00:00Z`), toFake: ['Date'] });
  await savePeople(shelf).finally(() => vi.useRealTimers());
}
const daysFromNow = (days: number) => toDay(new Date(Date.now() + days * 86_400_000));
const enter = async (client = me) =>
  client.createEntry({ metricId: (await client.createMetric()).id, notes: 'a note' });

describe("a person's file", () => {
  it('holds what the export holds, by an id and not by an address, and brings it back', async () => {
    await enter();
    const other = await Client.register(app.url);
    await savePeople(shelf);
    expect(read(me)).toBe(await (await download(me, { format: 'JSON' })).text());
    expect(readdirSync(folder.path).toSorted()).toEqual([me.userId, other.userId].toSorted());
    expect(namesOf(me)).toEqual([nameOf(today)]);
    expect(statSync(pathOf(me)).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder.path, me.userId)).mode & 0o777).toBe(0o700);
    const fresh = await Client.register(app.url);
    expect(await importJson(fresh, JSON.parse(read(me)))).toMatchObject({ state: 'APPLIED' });
    const { entries } = await exportJson(me);
    expect((await exportJson(fresh)).entries).toEqual(entries);
    expect(entries).toMatchObject([{ notes: 'a note' }]);
  });

  it('is one of a day, whatever has changed since', async () => {
    await savePeople(shelf);
    const { ino } = statSync(pathOf(me));
    await enter();
    await savePeople(shelf);
    expect(statSync(pathOf(me)).ino).toBe(ino);
    expect(namesOf(me)).toEqual([nameOf(today)]);
  });

  it('is not written on a day before which nothing has changed', async () => {
    await savePeople(shelf);
    await saveOn(daysFromNow(1));
    expect(namesOf(me)).toEqual([nameOf(today)]);
    await enter();
    await saveOn(daysFromNow(2));
    expect(namesOf(me)).toEqual([nameOf(today), nameOf(daysFromNow(2))]);
    expect(JSON.parse(read(me, daysFromNow(2))).entries).toHaveLength(1);
  });

  it('is written anew when the last one is damaged, or the log has come to its number by other changes', async () => {
    await saveOn(daysFromNow(-1));
    await savePeople(shelf);
    expect(namesOf(me)).toEqual([nameOf(daysFromNow(-1)), nameOf(today)]);
    writeFileSync(pathOf(me), '');
    await saveOn(daysFromNow(1));
    expect(JSON.parse(read(me, daysFromNow(1))).seq).toBe(await me.seq());
  });

  it('is written on the right day after a clock was wrong, and is not thrown away for what came of that', async () => {
    for (const year of [2090, 2091, 2092, 2093]) {
      await enter();
      await saveOn(`${year}-01-01`);
    }
    await enter();
    await savePeople(shelf);
    expect(JSON.parse(read(me)).seq).toBe(await me.seq());
  });
});

describe('the files of many days', () => {
  it('go when they are old; what is not ours stays, and what was left of broken ones goes', async () => {
    await savePeople(shelf);
    const [mine, fresh, old] = ['my own.txt', `${nameOf(today)}.aa.partial`, `${nameOf(today)}.bb.partial`];
    for (const name of [mine, fresh, old]) writeFileSync(join(folder.path, me.userId, name), '');
    const days = Array.from({ length: 100 }, (_, i) => daysFromNow(i + 1));
    const last = days.at(-1)!;
    const touch = (name: string, at: Date) => utimesSync(join(folder.path, me.userId, name), at, at);
    touch(fresh, new Date(`${last}T11:30:00Z`));
    touch(old, new Date(`${last}T10:30:00Z`));
    for (const day of days.slice(0, -1)) writeFileSync(pathOf(me, day), 'old');
    await enter();
    await saveOn(last);
    const kept = [...chooseKept([today, ...days], shelf.keep)].map(nameOf);
    expect(namesOf(me)).toEqual([...kept, mine, fresh].toSorted());
  });

  it('stay when a new one cannot be written; the others get theirs, and it is tried again', async () => {
    const other = await Client.register(app.url);
    for (const day of [-5, -4, -3, -2, -1]) {
      await mkdir(join(folder.path, me.userId), { recursive: true });
      writeFileSync(pathOf(me, daysFromNow(day)), 'old');
    }
    const before = namesOf(me);
    beforeEnd = async (userId) => {
      if (userId === me.userId) throw new Error('planted');
    };
    await expect(savePeople(shelf)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.not.stringContaining('planted'),
    });
    expect(namesOf(me)).toEqual(before);
    expect(namesOf(other)).toEqual([nameOf(today)]);
    beforeEnd = async () => {};
    await savePeople(shelf);
    expect(namesOf(me)).toContain(nameOf(today));
  });

  it('are left alone once the job is told to stop', async () => {
    await Client.register(app.url);
    const stop = new AbortController();
    beforeEnd = async () => stop.abort();
    await savePeople(shelf, stop.signal);
    expect(readdirSync(folder.path, { recursive: true }).filter((name) => String(name).endsWith('.gz'))).toEqual([]);
    expect(readdirSync(folder.path)).toHaveLength(1);
  });
});

describe('52: the files of somebody who erases their account', () => {
  const erase = (client: Client) => eraseAccount({ client, password: goodPassword });

  it('are counted before, and gone by the answer; those of others stay', async () => {
    const other = await Client.register(app.url);
    await saveOn(daysFromNow(-1));
    await savePeople(shelf);
    const query = '{ erasurePreview { erased { kind rows } } }';
    const { erasurePreview } = await me.graphql<{ erasurePreview: { erased: object[] } }>(query);
    expect(erasurePreview.erased).toContainEqual({ kind: 'saved exports', rows: 2 });
    await erase(me);
    expect(readdirSync(folder.path)).toEqual([other.userId]);
    expect(namesOf(other)).toHaveLength(2);
  });

  it('do not come back with one that was being written', async () => {
    beforeEnd = async () => void (await erase(me));
    await savePeople(shelf);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('do not come back either when another process has erased them without a word', async () => {
    beforeEnd = async (userId) => void (await sql.query('DELETE FROM users WHERE id = $1', [userId]));
    await savePeople(shelf);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('go when the journal is next compared, if they are there still; those of people who are unknown stay', async () => {
    const unknown = newId();
    await erase(me);
    for (const id of [me.userId, unknown]) {
      await mkdir(join(folder.path, id));
      writeFileSync(join(folder.path, id, nameOf(today)), 'a life');
    }
    await settleErasures();
    expect(readdirSync(folder.path)).toEqual([unknown]);
  });

  it('go at another process that hears of it, and on the word of a message alone not', async () => {
    await savePeople(shelf);
    announceErasure(me.userId);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(namesOf(me)).toEqual([nameOf(today)]);
    await sql.query('INSERT INTO erasures (user_id) VALUES ($1)', [me.userId]);
    announceErasure(me.userId);
    await expect.poll(() => readdirSync(folder.path)).toEqual([]);
  });
});

describe('the job', () => {
  it('does it, and /metrics says when it last did', async () => {
    const readMetrics = async () =>
      (await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${'x'.repeat(16)}` } })).text();
    const lastSuccess = async () =>
      Number(/job_last_success_timestamp_seconds\{job="exports.save"\} (\S+)/.exec(await readMetrics())?.[1]);
    expect(await lastSuccess()).toBe(0);
    await sql.query(`UPDATE pgboss.job SET start_after = now() WHERE name = 'exports.save'`);
    await expect.poll(() => namesOf(me), { timeout: 10_000 }).toEqual([nameOf(today)]);
    await expect.poll(lastSuccess).toBeGreaterThan(Date.now() / 1000 - 60);
    const after = await lastSuccess();

    writeFileSync(join(folder.path, (await Client.register(app.url)).userId), 'in the way');
    await enqueueAlone('exports.save', {});
    const failed = /job_runs_total\{job="exports.save",outcome="failed"\} [1-9]/;
    await expect.poll(readMetrics, { timeout: 10_000 }).toMatch(failed);
    const giveUp = `UPDATE pgboss.job SET state = 'failed', completed_on = now() + interval '1 hour'
      WHERE name = 'exports.save' AND state <> 'completed' RETURNING 1 AS one`;
    expect(await sql.query(giveUp)).toHaveLength(1);
    expect(await lastSuccess()).toBe(after);
  });
});
