import { readConfig } from '../../src/config.ts';
import { startParts } from '../../src/processes/parts.ts';

export type App = { url: string; stop: () => Promise<void> };

/**
 * The whole product in this process, on an embedded database that lives in memory. One at a time: the parts are
 * singletons, and each test file has a process of its own.
 * @param env settings that differ
 */
export async function startApp(env: Record<string, string> = {}): Promise<App> {
  const settings = { DATA_DIR: 'memory://', PORT: '0', LOG_LEVEL: 'silent', RATE_LIMIT: 'off', ...env };
  const { url, stop } = await startParts(readConfig(settings));
  return { url: url!, stop };
}
