import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/**
 * Runs `work` while another process asks the server again and again whether it is alive: this one is too busy with the load to
 * measure anything beside it.
 * @returns what `work` gives, and how long each answer took, in sorted milliseconds
 */
export async function withPulse<Result>(
  url: string,
  work: () => Promise<Result>,
): Promise<{ result: Result; pulse: number[] }> {
  const child = fork(join(import.meta.dirname, 'pulse.ts'), [url]);
  try {
    await once(child, 'message');
    const result = await work();
    child.send('stop');
    const [times] = (await once(child, 'message')) as [number[]];
    return { result, pulse: times.sort((a, b) => a - b) };
  } finally {
    child.kill();
  }
}
