/** Asks a server again and again whether it is alive, in a process of its own: `pulse.ts <url>`, until it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';

/** Milliseconds between an answer and the next question. */
const pause = 10;

const { host, origin } = new URL(process.argv[2]!);
const question = Buffer.from(`GET /health/live HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
const times: number[] = [];
const over = new AbortController();
process.once('message', () => over.abort());

const connection = await HttpConnection.open(origin);
process.send!('asking');
while (!over.signal.aborted) {
  const sentAt = performance.now();
  await connection.send(question);
  times.push(performance.now() - sentAt);
  await sleep(pause);
}
connection.close();
process.send!(times);
process.disconnect();
