/** Writes schema.graphql; with --check it only says whether the file is what the code makes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printSorted } from '../src/graphql/print.ts';
import { loadSchema } from '../src/graphql/schema.ts';

const file = join(import.meta.dirname, '..', 'schema.graphql');
const text = printSorted(await loadSchema());

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('schema.graphql is stale: run `npm run schema` and commit it.');
  process.exit(1);
}
process.exit(0);
