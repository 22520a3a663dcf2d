import { Piscina } from 'piscina';

let pool: Piscina | undefined;

/**
 * Runs an exported function of a module in a thread of its own and returns what it returns: long arithmetic must not
 * hold up the event loop that answers people.
 * @param module the file, as `new URL(…, import.meta.url)`
 */
export async function runInThread<Result>(module: URL, name: string, input: unknown): Promise<Result> {
  pool ??= new Piscina({ minThreads: 0, maxThreads: 2, idleTimeout: 30_000 });
  return (await pool.run(input, { filename: module.href, name })) as Result;
}

/** Ends the threads. Harmless when there are none. */
export async function closeThreads(): Promise<void> {
  await pool?.destroy();
  pool = undefined;
}
