import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readBeginning, writeCompressed } from '../../../../src/domains/exports/scheduled/compressed-file.ts';
import { makeFolder } from '../../../setup/pair.ts';

let room = Infinity;
vi.mock('../../../../src/platform/disk-room.ts', () => ({ readRoom: async () => room }));

let folder: ReturnType<typeof makeFolder>;
let path: string;
beforeEach(() => {
  room = Infinity;
  folder = makeFolder();
  path = join(folder.path, 'somebody', 'file.gz');
});
afterEach(() => folder.remove());

const writeOld = () => {
  mkdirSync(dirname(path));
  writeFileSync(path, 'the old one');
};
/** The old file as it was, and nothing beside it. */
const expectOld = () => {
  expect(readFileSync(path, 'utf8')).toBe('the old one');
  expect(readdirSync(dirname(path))).toEqual(['file.gz']);
};

it('is for our user alone, with its folder, and nothing lies beside it', async () => {
  async function* texts() {
    yield 'Größe, ';
    // While it is being written it has another name.
    expect(existsSync(path)).toBe(false);
    for (const name of readdirSync(dirname(path))) expect(statSync(join(dirname(path), name)).mode & 0o777).toBe(0o600);
    yield 'x'.repeat(300_000);
  }
  await writeCompressed(path, texts());
  expect(gunzipSync(readFileSync(path)).toString()).toBe(`Größe, ${'x'.repeat(300_000)}`);
  expect(readdirSync(dirname(path))).toEqual(['file.gz']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
});

it('replaces another only once it is whole', async () => {
  writeOld();
  async function* breakOff() {
    yield randomBytes(100_000).toString('hex');
    throw new Error('planted');
  }
  await expect(writeCompressed(path, breakOff())).rejects.toThrow('planted');
  expectOld();
});

it('is given up when the disk has no room, and when it is told to stop', async () => {
  writeOld();
  async function* long() {
    for (let i = 0; i < 20; i++) yield randomBytes(100_000).toString('hex');
  }
  room = 1_000_000;
  await expect(writeCompressed(path, long())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expectOld();
  room = Infinity;
  const stop = new AbortController();
  async function* stopped() {
    yield* long();
    stop.abort();
    yield* long();
  }
  await expect(writeCompressed(path, stopped(), stop.signal)).rejects.toThrow('aborted');
  expectOld();
});

it('begins as its text does, also when its end is missing; one that is damaged, empty or gone says nothing', async () => {
  const text = `{"seq":12,${randomBytes(100_000).toString('hex')}`;
  path = join(folder.path, 'one.gz');
  writeFileSync(path, gzipSync(text));
  expect((await readBeginning(path)).slice(0, 200)).toBe(text.slice(0, 200));
  truncateSync(path, 1000);
  expect((await readBeginning(path)).slice(0, 200)).toBe(text.slice(0, 200));
  for (const bytes of ['', 'no gzip at all']) {
    writeFileSync(path, bytes);
    expect(await readBeginning(path)).toBe('');
  }
  expect(await readBeginning(join(folder.path, 'none.gz'))).toBe('');
});
