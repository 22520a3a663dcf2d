import { setFlagsFromString } from 'node:v8';
import { ConfigError, readConfig } from './config.ts';
import { DirectoryLockedError } from './platform/database/directory-lock.ts';
import { startParts } from './processes/parts.ts';

// V8 guesses from the past whose objects live long, and puts new ones of theirs among the old at once. Rows of the database
// live for a moment: guessed wrong they keep what they hold through every small collection. See docs/performance.md.
setFlagsFromString('--no-allocation-site-pretenuring');

/**
 * Milliseconds in which all parts have ended, each of which has a limit of its own: 5 in which a balancer may look away
 * (DRAIN_SECONDS), 10 for requests, 8 for jobs, 3 for the database. Supervisors kill after 30.
 */
const endLimit = 28_000;

try {
  const config = readConfig();
  const running = await startParts(config);
  // Before anybody is told that it runs, and may tell it to stop.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(running.stop));
  greet(running.url, config);
} catch (error) {
  if (error instanceof ConfigError || error instanceof DirectoryLockedError) console.error(error.message);
  else console.error('Lifegraph could not start:', error);
  process.exit(1);
}

async function end(stop: () => Promise<void>): Promise<void> {
  setTimeout(() => {
    console.error('Lifegraph did not come to an end in time.');
    process.exit(1);
  }, endLimit);
  await stop();
  process.exit(0);
}

function greet(url: string | undefined, { databaseUrl, dataDir, isProduction }: ReturnType<typeof readConfig>): void {
  if (!url) return console.log('Lifegraph worker is running.');
  console.log(`Lifegraph is running at ${url}/graphql
  data: ${databaseUrl ? 'in the PostgreSQL server of DATABASE_URL' : dataDir}
  next: ${isProduction ? 'send queries there' : 'open that address in a browser: it shows what to try first'}
  stop: Ctrl+C`);
}
