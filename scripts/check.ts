/** Everything that can be said about the code without running it: format, types, lint, architecture, generated files. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const checks: [name: string, command: string, ...parameters: string[]][] = [
  ['generated code', 'node', 'scripts/generate.ts'],
  ['format', 'oxfmt', '--check'],
  ['types', 'tsc', '--noEmit'],
  ['lint', 'oxlint'],
  [
    'architecture',
    'vitest',
    'run',
    'test/architecture.test.ts',
    '--config',
    'test/setup/architecture.config.ts',
    '--root',
    '.',
  ],
  ['schema.graphql', 'node', '--disable-warning=ExperimentalWarning', 'scripts/schema.ts', '--check'],
];

const failed = checks.filter(([name, command, ...parameters]) => {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, parameters, { cwd: root, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  if (status !== 0) console.log(stdout, stderr);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
