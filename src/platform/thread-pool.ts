import { Piscina } from 'piscina';
import { log } from './observation/log.ts';

let pool: Piscina | undefined;
const residents = new Map<string, Piscina>();

/**
 * Runs an exported function of a module in a thread of its own and returns what it returns: long arithmetic must not
 * hold up the event loop that answers people.
 * @param module the file, as `new URL(…, import.meta.url)`
 */
export async function runInThread<Result>(module: URL, name: string, input: unknown): Promise<Result> {
  pool ??= new Piscina({ minThreads: 0, maxThreads: 2, idleTimeout: 30_000 });
  return (await pool.run(input, { filename: module.href, name })) as Result;
}

/**
 * The same in the one thread this module has for itself, which stays until the end: what the module remembers from one
 * call is there in the next. Calls are taken one after the other.
 */
export async function runInResidentThread<Result>(module: URL, name: string, input: unknown): Promise<Result> {
  const thread =
    residents.get(module.href) ?? new Piscina({ minThreads: 0, maxThreads: 1, idleTimeout: Number.POSITIVE_INFINITY });
  residents.set(module.href, thread);
  return (await thread.run(input, { filename: module.href, name })) as Result;
}

/** Tells that thread something, if there is one. Does not wait. */
export function tellResidentThread(module: URL, name: string, input: unknown): void {
  const telling = residents.get(module.href)?.run(input, { filename: module.href, name });
  telling?.catch((err: unknown) => log.warn({ err }, 'a thread could not be told something'));
}

/** Ends the threads. Harmless when there are none. */
export async function closeThreads(): Promise<void> {
  const open = [pool, ...residents.values()];
  pool = undefined;
  residents.clear();
  await Promise.all(open.map((threads) => threads?.destroy()));
}
