import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { findFreePort, startChild, waitUntilUp } from './spawn.ts';

/** A server of the tests' own. */
export type TestServer = { url: string; pid: number; stop: () => Promise<void> };

const oldestVersion = 15;

/** The folder with the newest `initdb` and `postgres` of this machine, or the reason why there is none to use. */
export function findPostgresBinaries(): { folder: string } | { reason: string } {
  const found = listFolders()
    .map((folder) => ({ folder, version: readVersion(join(folder, 'initdb')) }))
    .filter(({ folder, version }) => version !== null && version === readVersion(join(folder, 'postgres')))
    .sort((a, b) => b.version! - a.version!);
  const [newest] = found;
  if (!newest) return { reason: 'no initdb and postgres in the PATH or below /usr/lib/postgresql' };
  if (newest.version! < oldestVersion) return { reason: `PostgreSQL ${newest.version} is older than ${oldestVersion}` };
  return { folder: newest.folder };
}

/** A server that can go away and come back, with what it had. */
export type MortalServer = TestServer & {
  port: number;
  /** Ends it; its data stay. */
  halt: () => Promise<void>;
  restart: () => Promise<void>;
  /** Lets all of its processes stand still, or go on. */
  signal: (signal: 'SIGSTOP' | 'SIGCONT') => void;
};

/**
 * Starts a PostgreSQL server with an empty cluster in a temporary folder. It trusts everybody on this machine.
 * @param given settings that differ
 */
export async function startPostgres(
  binaries: string,
  given: Record<string, string | number> = {},
): Promise<MortalServer> {
  const owner = process.getuid?.() === 0 ? findUnprivilegedUser() : {};
  const folder = mkdtempSync(join(tmpdir(), 'lifegraph-postgres-'));
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid!);
  const data = join(folder, 'data');
  const options = { ...owner, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC' } };
  execFileSync(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const port = await findFreePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    max_connections: 200,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    ...given,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const launch = () => startChild(join(binaries, 'postgres'), ['-D', data, ...flags], options);
  let child = launch();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  await waitUntilUp(child, () => ask(url));
  // SIGINT is PostgreSQL's "fast shutdown": it does not wait for connections that are still open.
  const halt = async () => void (await child.kill('SIGINT'));
  const restart = async () => {
    child = launch();
    await waitUntilUp(child, () => ask(url));
  };
  const signal: MortalServer['signal'] = (name) => {
    for (const pid of listProcesses(child.process.pid!)) tryTo(() => process.kill(pid, name));
  };
  const stop = async () => {
    signal('SIGCONT');
    await halt();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, port, pid: child.process.pid!, stop, halt, restart, signal };
}

/** A process and its children. */
const listProcesses = (pid: number): number[] => [
  pid,
  ...(tryTo(() => execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })) ?? '')
    .split('\n')
    .map(Number)
    .filter((each) => each > 0),
];

/** Asks a server for its version. @throws when it cannot be reached, or is too old */
export async function ask(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    if (rows[0]!.version < oldestVersion * 10_000) throw new Error(`PostgreSQL is older than ${oldestVersion}`);
  } finally {
    await client.end();
  }
}

function listFolders(): string[] {
  const packaged = '/usr/lib/postgresql';
  const versions = tryTo(() => readdirSync(packaged)) ?? [];
  const configured = tryTo(() => execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim());
  const inPath = (process.env['PATH'] ?? '').split(':').filter(Boolean);
  return [...versions.map((version) => join(packaged, version, 'bin')), ...(configured ? [configured] : []), ...inPath];
}

/** The major version a binary says it is of; null when it is something else. */
function readVersion(binary: string): number | null {
  const text = tryTo(() => execFileSync(binary, ['--version'], { encoding: 'utf8', stdio: 'pipe' })) ?? '';
  const match = /\(PostgreSQL\) (\d+)/.exec(text);
  return match ? Number(match[1]) : null;
}

/** PostgreSQL refuses to run as root. */
function findUnprivilegedUser(): { uid?: number; gid?: number } {
  for (const name of ['postgres', 'nobody']) {
    const ids = tryTo(() =>
      ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { stdio: 'pipe' }).toString())),
    );
    if (ids) return { uid: ids[0]!, gid: ids[1]! };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a user "postgres" nor "nobody"');
}

function tryTo<Result>(attempt: () => Result): Result | null {
  try {
    return attempt();
  } catch {
    return null;
  }
}
