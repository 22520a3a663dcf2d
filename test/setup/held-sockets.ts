import { vi } from 'vitest';
import { Connection } from '../../src/graphql/sockets/connection.ts';

/**
 * Lets no change go out to any socket of this process, as if none of the devices took what they are sent.
 * @returns lets everything go out again
 */
export function holdSockets(): () => void {
  const held = Promise.withResolvers<void>();
  const isFull = vi.spyOn(Connection.prototype, 'isFull', 'get').mockReturnValue(true);
  const drain = vi.spyOn(Connection.prototype, 'drain').mockImplementation(async function (this: Connection) {
    await held.promise;
    return this.isOpen;
  });
  return () => {
    isFull.mockRestore();
    drain.mockRestore();
    held.resolve();
  };
}
