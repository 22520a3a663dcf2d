import { Client, goodPassword } from '../../test/setup/client.ts';
import { requireEqual } from '../equality.ts';
import { HttpConnection, type Answer } from '../generator/http-connection.ts';
import { withPulse } from '../generator/pulses.ts';
import type { Installation } from '../installation.ts';
import { quantile } from '../report.ts';

/** People who sign in at once, each on a connection of their own. */
const crowd = 200;
/** Milliseconds within which a node must say all the while that it is alive. */
const aliveWithin = 100;
const login = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken user { id } } }';

/** A crowd that signs in at once: each costs a hash of some 50 ms, and whoever else asks must not wait for them. */
export async function measureSignIns(installation: Installation, _people: unknown, rounds: number): Promise<void> {
  const { url } = (await installation.sideOf('product')).writer;
  const { session } = await Client.register(url);
  const message = toMessage(url, session!.user.email);
  console.log(`signIns: ${crowd} at once at one node, while another process asks whether it is alive`);
  for (let round = 0; round < rounds; round += 1) {
    const connections = await Promise.all(Array.from({ length: crowd }, () => HttpConnection.open(url)));
    const startedAt = performance.now();
    const send = () => Promise.all(connections.map((connection) => connection.send(message)));
    const { result: answers, pulse } = await withPulse(url, send);
    for (const connection of connections) connection.close();
    requireEqual('who was signed in', new Set(answers.map(readUserId)), new Set([session!.user.id]));
    print(performance.now() - startedAt, pulse);
  }
  console.log('  equal: every one of them was signed in, as the person they are\n');
}

function toMessage(url: string, email: string): Buffer {
  const body = JSON.stringify({ query: login, variables: { input: { email, password: goodPassword } } });
  const head = `POST /graphql HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\n`;
  return Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const readUserId = ({ body }: Answer): unknown =>
  (JSON.parse(body) as { data?: { login?: { user: { id: string } } } }).data?.login?.user.id;

function print(milliseconds: number, pulse: readonly number[]): void {
  const [median, most] = [quantile(pulse, 0.5), pulse.at(-1)!].map((each) => each.toFixed(1));
  const late = pulse.filter((each) => each > aliveWithin).length;
  console.log(
    `  all in ${(milliseconds / 1000).toFixed(1)} s; /health/live median ${median} ms, most ${most} ms, ${late} of ${pulse.length} over ${aliveWithin} ms`,
  );
}
