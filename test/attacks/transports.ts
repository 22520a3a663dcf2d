import { once } from 'node:events';
import { Device } from '../setup/device.ts';
import type { Client, RawError } from '../setup/client.ts';

/** What one operation was answered. */
export type Answer = { data?: unknown; errors?: RawError[] };
/** A way to the API; the same operation must fare the same on all of them. */
export type Transport = (client: Client, query: string, variables?: object) => Promise<Answer>;

const post =
  (contentType: string): Transport =>
  async ({ url, headers }, query, variables) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': contentType },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer;
  };

const overSocket: Transport = async (client, query, variables) => {
  const device = await Device.connect(client);
  try {
    device.subscribe('1', query, variables);
    // What ends the session may close the socket before it is answered.
    await Promise.race([once(device.socket, 'message'), device.closed]);
    const [{ type, payload } = { type: 'nothing' }] = device.messages;
    return type === 'error' ? { errors: payload as RawError[] } : ((payload as Answer | undefined) ?? {});
  } finally {
    device.close();
  }
};

/** All ways there are. A media type that is written otherwise takes another way through the server. */
export const transports: [string, Transport][] = [
  ['HTTP', post('application/json')],
  ['HTTP, written otherwise', post('application/json; charset=UTF-8')],
  ['WebSocket', overSocket],
];
