import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ReadableStream } from 'node:stream/web';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { createImport, put, readImport } from '../domains/imports/transfer.ts';
import { readEverything } from '../setup/changes.ts';
import { ApiError, Client } from '../setup/client.ts';
import { makeFolder } from '../setup/pair.ts';
import { runMain, startServer } from '../setup/process.ts';
import { createRandom } from '../setup/random.ts';

const mebibyte = 1024 * 1024;
const slow = { timeout: 180_000 };
/** Milliseconds for an answer, whatever it is. */
const patience = 5000;

const run = (command: string, ...parameters: string[]) => execFileSync(command, parameters, { stdio: 'pipe' });

/** A small disk in memory. Only root may have one. */
function mountDisk(): { path: string; remove: () => void } {
  const folder = makeFolder();
  run('mount', '-t', 'tmpfs', '-o', 'size=112m', 'tmpfs', folder.path);
  const remove = () => {
    run('umount', '-l', folder.path);
    folder.remove();
  };
  return { path: folder.path, remove };
}

const canMount = (): boolean => {
  try {
    mountDisk().remove();
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(!canMount())('47: the embedded database on a small disk', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });

  const start = async (path: string) => {
    const server = await startServer({ DATA_DIR: join(path, 'data'), LOG_LEVEL: 'info' });
    cleanUps.push(() => server.kill('SIGKILL'));
    return server;
  };
  /** Leaves so many bytes. @returns makes room again */
  const fill = (path: string, left: number) => {
    const file = openSync(join(path, 'filler'), 'w');
    const block = Buffer.alloc(64 * 1024);
    try {
      for (let free = Infinity; free > left + block.length;) {
        writeSync(file, block);
        const { bavail, bsize } = statfsSync(path);
        free = bavail * bsize;
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    }
    closeSync(file);
    return () => rmSync(join(path, 'filler'));
  };

  it.each([
    ['for rows', 0],
    // The log of the database takes its room 16 MiB at a time: rows are written until it needs the next.
    ['for its log', 9 * mebibyte],
  ])('that has no room %s refuses in time, goes on when there is room, and loses nothing', slow, async (_, left) => {
    const disk = mountDisk();
    cleanUps.push(disk.remove);
    const server = await start(disk.path);
    const client = await Client.register(server.url);
    const { id: metricId } = await client.createMetric();
    const random = createRandom(1);
    const notes = () => Array.from({ length: 9000 }, () => String.fromCharCode(97 + random.below(26))).join('');
    const acknowledged: string[] = [];
    const write = async () => {
      const entry = client.createEntry({ metricId, notes: notes() });
      const answer = await Promise.race([entry, sleep(patience, 'no answer' as const)]);
      if (typeof answer === 'string') throw new Error(answer);
      acknowledged.push(answer.id);
      return 'written';
    };
    const code = (error: unknown) => (error instanceof ApiError ? `${error.status} ${error.code}` : String(error));
    await write();
    const makeRoom = fill(disk.path, left);
    const outcomes: string[] = [];
    await expect
      .poll(
        () =>
          write()
            .then(() => 'written', code)
            .then((outcome) => (outcomes.push(outcome), outcome)),
        {
          timeout: 60_000,
          interval: 1,
        },
      )
      .not.toBe('written');
    for (const end = Date.now() + 6000; Date.now() < end; await sleep(200)) outcomes.push(await write().catch(code));
    expect(outcomes.filter((outcome) => outcome !== 'written').length).toBeGreaterThan(5);
    expect(new Set(outcomes.filter((outcome) => outcome !== 'written'))).toEqual(new Set(['503 UNAVAILABLE']));
    expect(server.output()).toContain('the disk of the database is full');
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);

    makeRoom();
    await expect.poll(() => write().catch(code), { timeout: 20_000, interval: 200 }).toBe('written');
    const expectAll = async (at: Client) => {
      const ids = (await readEverything(at)).map(({ id }) => id);
      expect(acknowledged.filter((id) => !ids.includes(id))).toEqual([]);
      expect(new Set(ids).size).toBe(ids.length);
    };
    await expectAll(client);
    expect(await server.kill('SIGTERM')).toBe(0);
    await expectAll(client.at((await start(disk.path)).url));
  });

  it('takes no file that would leave the database without room, and takes a small one', slow, async () => {
    const disk = mountDisk();
    cleanUps.push(disk.remove);
    const server = await start(disk.path);
    const client = await Client.register(server.url);
    const { id, uploadUrl } = await createImport(client, 'CSV');
    const line = `2026-01-01,Steps,1,${'x'.repeat(1000)}\n`;
    const large = `date,metric,value,notes\n${line.repeat(60_000)}`;
    const stream = () =>
      ReadableStream.from([large.slice(0, 1000), large.slice(1000)].map((each) => Buffer.from(each)));
    for (const body of [large, stream()]) {
      const refused = await put(client, uploadUrl!, body);
      expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'UNAVAILABLE' }]);
      expect(await readImport(client, id)).toMatchObject({ state: 'AWAITING_UPLOAD' });
      await client.createMetric();
    }
    expect((await put(client, uploadUrl!, `date,metric,value,notes\n${line}`)).status).toBe(200);
  });

  it('that may only be read is named at the start, and nothing runs', slow, async () => {
    const disk = mountDisk();
    cleanUps.push(disk.remove);
    mkdirSync(join(disk.path, 'data'));
    run('mount', '-o', 'remount,ro', disk.path);
    const process = runMain({ DATA_DIR: join(disk.path, 'data') });
    cleanUps.push(() => process.kill('SIGKILL'));
    expect(await process.exited).toBe(1);
    expect(process.output()).toMatch(/could not start.*EROFS.*read-only/s);
  });
});
