import { join } from 'node:path';
import { startChild, waitUntilUp, type Child } from './spawn.ts';

export type ServerProcess = Child & { url: string };

const root = join(import.meta.dirname, '../..');

/** Runs src/main.ts as a user would. It need not come up: for that, see startServer. */
export const runMain = (env: Record<string, string>): Child =>
  startChild(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HOST: '127.0.0.1',
      PORT: '0',
      LOG_LEVEL: 'error',
      RATE_LIMIT: 'off',
      ...env,
    },
  });

/** Starts a server of its own process and waits until it is ready. */
export async function startServer(env: Record<string, string>): Promise<ServerProcess> {
  const child = runMain(env);
  let url = '';
  await waitUntilUp(child, async () => {
    url = /at (http:\S+)\/graphql/.exec(child.output())?.[1] ?? '';
    const response = await fetch(`${url}/health/ready`);
    if (!response.ok) throw new Error('not ready yet');
  });
  return { ...child, url };
}
