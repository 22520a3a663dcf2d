import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgresBinaries } from '../../test/setup/postgres-server.ts';

const run = promisify(execFile);

/** Runs a command of psql. The installation has found the binaries before. */
export async function psql(databaseUrl: string, command: string): Promise<void> {
  const { folder } = findPostgresBinaries() as { folder: string };
  await run(join(folder, 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', databaseUrl, '-c', command]);
}
