import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryLockedError, lockDirectory } from '../../../src/platform/database/directory-lock.ts';
import { makeFolder } from '../../setup/pair.ts';
import { startServer } from '../../setup/process.ts';

let folder: ReturnType<typeof makeFolder>;

beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => folder.remove());

describe('the lock of a data directory', () => {
  it('lets one holder in at a time, and the next one after it', () => {
    const path = join(folder.path, 'data');
    const first = lockDirectory(path);
    expect(() => lockDirectory(path)).toThrow(DirectoryLockedError);
    expect(() => lockDirectory(path)).toThrow(`${process.pid}`);
    first.release();
    lockDirectory(path).release();
  });

  it('keeps the directory to its owner, also one that was open to all', () => {
    const path = join(folder.path, 'data');
    mkdirSync(path, { mode: 0o755 });
    lockDirectory(path).release();
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });
});

/** Each start makes a database. */
const slow = { timeout: 120_000 };

describe('a server on a data directory', () => {
  it('keeps its generated secret to its owner', slow, async () => {
    const server = await startServer({ DATA_DIR: folder.path });
    await server.kill();
    expect(statSync(join(folder.path, 'secret')).mode & 0o777).toBe(0o600);
  });
});
