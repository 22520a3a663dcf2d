import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A child process of the tests, its output kept for messages. */
export type Child = {
  process: ChildProcess;
  /** Everything it has written so far. */
  output: () => string;
  /** Settles when it has ended: with its exit code, or null when a signal ended it. */
  exited: Promise<number | null>;
  /** Sends the signal and waits for the end. Harmless once it has ended. */
  kill: (signal?: NodeJS.Signals) => Promise<number | null>;
};

export function startChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = once(child, 'close').then(
    ([code]) => code as number | null,
    (error: Error) => {
      text += error.message;
      return -1;
    },
  );
  const kill = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return exited;
  };
  return { process: child, output: () => text, exited, kill };
}

/** Waits until the check succeeds. @throws with the child's output when it ends first, or takes too long */
export async function waitUntilUp(child: Child, check: () => Promise<unknown>, seconds = 60): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  const isOver = child.exited.then(() => 'over' as const);
  for (;;) {
    const isUp = await check().then(
      () => true,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > deadline) throw new Error(`it did not come up within ${seconds} s:\n${child.output()}`);
    const pause = new Promise((resolve) => setTimeout(resolve, 50));
    if ((await Promise.race([pause, isOver])) === 'over') throw new Error(`it ended early:\n${child.output()}`);
  }
}

/** Below those that systems give to outgoing connections: one of these could take it before the server is up. */
const ports = { from: 15_000, to: 32_000 } as const;

/** A port of the loopback address that is free at the moment, and likely to be until a server is up. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(randomInt(ports.from, ports.to), '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return findFreePort();
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
