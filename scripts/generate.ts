/**
 * Makes the Prisma client and the Pothos types in generated/, when they are missing or older than what they come from.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const stampFile = join(root, 'generated', 'stamp');
const stamp = hashSources();

if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
  const bin = join(root, 'node_modules', '.bin');
  // Prisma looks for its second generator in the PATH; this script also works outside of npm.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
  execFileSync(process.execPath, [join(root, 'node_modules/prisma/build/index.js'), 'generate'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(stampFile, stamp);
}

/** Hash of everything that the generated code depends on: the schema files and the generator's version. */
function hashSources(): string {
  const folder = join(root, 'prisma/schema');
  const files = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  const hash = createHash('sha256');
  for (const file of [
    ...files,
    join(root, 'node_modules/prisma/package.json'),
    join(root, 'node_modules/@pothos/plugin-prisma/package.json'),
  ]) {
    hash.update(readFileSync(file));
  }
  return hash.digest('hex');
}
