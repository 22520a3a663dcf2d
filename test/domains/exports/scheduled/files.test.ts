import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eraseFiles, listDays, savedExports } from '../../../../src/domains/exports/scheduled/files.ts';
import { newId } from '../../../../src/kernel/ids.ts';
import { makeFolder } from '../../../setup/pair.ts';

let folder: ReturnType<typeof makeFolder>;
let root: string;
const somebody = newId();
beforeEach(() => {
  folder = makeFolder();
  root = join(folder.path, 'exports');
  mkdirSync(join(root, somebody), { recursive: true });
});
afterEach(() => folder.remove());

it('of files those count that are whole, ours, and of a day that there is', async () => {
  const others = ['2026-02-30.json.gz', '2026-02-01.json', '2026-02-01.json.gz.0a-b.partial', '2026-02-01.json.gz.old'];
  for (const rest of ['2026-02-02.json.gz', '2026-01-31.json.gz', ...others])
    writeFileSync(join(root, somebody, `lifegraph-${rest}`), '');
  expect(await listDays(root, somebody)).toEqual(['2026-01-31', '2026-02-02']);
});

it('nothing but the folder of an id is ever removed', async () => {
  writeFileSync(join(folder.path, 'mine'), '');
  for (const name of ['..', '.', '', `../exports/${somebody}`]) await eraseFiles(root, name);
  expect(readdirSync(folder.path).toSorted()).toEqual(['exports', 'mine']);
  expect(readdirSync(root)).toEqual([somebody]);
  await eraseFiles(root, somebody);
  expect(readdirSync(root)).toEqual([]);
});

it('owners are ids; a folder that is not there has none, and nothing to erase', async () => {
  mkdirSync(join(root, 'lost+found'));
  expect(await savedExports(root).listOwners()).toEqual([somebody]);
  const none = savedExports(join(root, 'none'));
  expect([await none.listOwners(), await none.count(somebody)]).toEqual([[], 0]);
  await none.erase(somebody);
});
