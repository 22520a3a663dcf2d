import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** How many attacks and faults the list has. */
const length = 62;
const tests = join(import.meta.dirname, '..');
const text = readFileSync(join(tests, '../docs/security.md'), 'utf8');

type Row = { numbers: number[]; promise: string; files: string[] };

/** `56, 59 to 61` */
const readNumbers = (cell: string): number[] =>
  cell.split(',').flatMap((part) => {
    const [from, to = from] = part.split('to').map(Number) as [number, number?];
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });

/** Rows whose first cell is numbers of the list, in the order of the page. */
const rows: Row[] = [...text.matchAll(/^\| ([\d, to]+) \| .*? \| (.*) \| (.*?) ?\|$/gm)].map(
  ([, number, promise, shown]) => ({
    numbers: readNumbers(number!),
    promise: promise!,
    files: [...shown!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
  }),
);

/** What a name of the page stands for: files, by the end of their path, which may be a pattern; or the tests of a folder. */
const filesOf = (name: string): string[] =>
  globSync(name.endsWith('.ts') ? `**/${name}` : `${name}/**/*.test.ts`, { cwd: tests });

/** The numbers that titles begin with: `9: after %s`, `17, 18: (the same …`. */
const titledIn = (file: string): number[] =>
  [...readFileSync(join(tests, file), 'utf8').matchAll(/['"`](\d+(?:, \d+)*): /g)].flatMap(([, list]) =>
    readNumbers(list!),
  );

it('every number of the list has its row', () => {
  expect(rows.flatMap(({ numbers }) => numbers).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length }, (_, i) => i + 1),
  );
});

it.each(rows)('$numbers: names files that exist, or says why it needs none', ({ promise, files }) => {
  for (const name of files) expect(filesOf(name), `${name} in docs/security.md`).not.toEqual([]);
  expect(files.length > 0 || /does not apply|\*\*open\*\*/i.test(promise)).toBe(true);
});

it.each(rows)('$numbers: is what a test says that it shows', ({ numbers, files }) => {
  const found = files.filter((name) => name.startsWith('attacks/')).flatMap(filesOf);
  for (const number of found.length === 0 ? [] : numbers)
    expect(found.flatMap(titledIn), `titles in ${found.join(', ')}`).toContain(number);
});
