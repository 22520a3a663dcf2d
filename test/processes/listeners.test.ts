import { createServer as createHttpServer } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { listen, type Listening } from '../../src/processes/listeners.ts';

const host = '127.0.0.1';
const closing: (() => Promise<unknown>)[] = [];

async function start(port = 0): Promise<{ server: ReturnType<typeof createHttpServer>; listening: Listening }> {
  const server = createHttpServer((_, response) => response.end('here'));
  const listening = await listen(server, { host, port });
  closing.push(async () => {
    const closed = listening.close();
    server.closeAllConnections();
    await closed;
  });
  return { server, listening };
}

/** Lets nothing else happen in this process, so that all who knock wait together. */
function keepBusy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('listening', () => {
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('answers on every connection, whichever socket took it', async () => {
    const { listening } = await start();
    const answers = Array.from({ length: 60 }, () =>
      fetch(`http://${host}:${listening.port}`, { headers: { connection: 'close' } }).then((each) => each.text()),
    );
    expect(await Promise.all(answers)).toEqual(answers.map(() => 'here'));
  });

  it.runIf(process.platform === 'linux')('takes several of those who wait in one turn', async () => {
    const { server, listening } = await start();
    let taken = 0;
    server.on('connection', () => (taken += 1));
    const sockets = Array.from({ length: 64 }, () => connect(listening.port, host).on('error', () => undefined));
    keepBusy(50);
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
    expect(taken).toBeGreaterThan(16);
    for (const socket of sockets) socket.destroy();
  });

  it('says so when somebody else has the port, who shares it or not', async () => {
    const { listening } = await start();
    await expect(start(listening.port)).rejects.toThrow('EADDRINUSE');
    const other = createHttpServer();
    await expect(
      new Promise((resolve, reject) => {
        other.once('error', reject);
        other.listen(listening.port, host, () => resolve(other));
      }),
    ).rejects.toThrow('EADDRINUSE');
  });

  it('takes nobody any more once it is closed', async () => {
    const { listening } = await start();
    await closing.pop()!();
    await expect(fetch(`http://${host}:${listening.port}`)).rejects.toThrow('fetch failed');
  });
});
