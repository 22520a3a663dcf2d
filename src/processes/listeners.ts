import { createServer, type AddressInfo, type ListenOptions, type Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { promisify } from 'node:util';
import type { WebServer } from './tls.ts';

/**
 * Sockets that listen on the port. From each of them Node takes one connection in a turn of its event loop, and under load a
 * turn takes long: with a single one, whoever comes new (a probe of its health, say) waits for seconds while those who have a
 * connection are answered at once.
 */
const socketCount = 16;
/**
 * Connections that may wait to be taken at each. Node's 511 are full within a moment when many clients come back at once, and
 * the system then lets each of them wait a second and more before it may knock again; Linux itself allows 4096.
 */
const backlog = 4096;

/** Where a server listens, and how to stop that; connections that stand go on. */
export type Listening = { port: number; close: () => Promise<void> };

/**
 * Listens with several sockets on one port, where the system can share it out (Linux, FreeBSD), and else with one.
 * @throws what Node says when the port is taken or the address is not ours
 */
export async function listen(server: WebServer, { host, port }: { host: string; port: number }): Promise<Listening> {
  const free = await findFree(host, port);
  const options = { host, port: free, backlog };
  const shared = await start(server, { ...options, reusePort: true }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTSUP' && error.code !== 'EINVAL') throw error;
      return false;
    },
  );
  if (!shared) await start(server, options);
  const others = shared ? Array.from({ length: socketCount - 1 }, () => createListener(server)) : [];
  await Promise.all(others.map((other) => start(other, { ...options, reusePort: true })));
  const all = [server, ...others].map((each) => promisify(each.close.bind(each)));
  return { port: free, close: async () => void (await Promise.all(all.map((close) => close()))) };
}

/** Looks whether nobody else has the port: sockets that share one would not notice another server that does so too. */
async function findFree(host: string, port: number): Promise<number> {
  const probe = createServer();
  await start(probe, { host, port });
  const { port: free } = probe.address() as AddressInfo;
  await promisify(probe.close.bind(probe))();
  return free;
}

/**
 * Hands its connections on to the server, set up as that one does it itself: TLS ends a connection that the other side has ended,
 * HTTP may still answer.
 */
const createListener = (server: WebServer): Server =>
  createServer({ noDelay: true, allowHalfOpen: !(server instanceof TlsServer) }, (socket) => {
    server.emit('connection', socket);
  });

const start = (server: Server, options: ListenOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
