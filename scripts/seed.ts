/**
 * Fills an account on a running server with a year of an invented life, to develop against: `npm run seed`, or
 * `npm run seed -- http://127.0.0.1:4000`. Better sleep makes a better mood on the next day; the rest is noise. Running it
 * again changes nothing.
 */
import { deriveId } from '../src/kernel/ids.ts';
import { fromDayNumber, toDayNumber } from '../src/kernel/civil-time.ts';
import { postOperation } from '../clients/typescript/src/index.ts';
import { signIn } from './sign-in.ts';

const url = process.argv[2] ?? 'http://127.0.0.1:4000';
const account = { email: 'seed@example.org', password: 'a year of an invented life' };
const lastDay = toDayNumber('2026-10-31');
const days = 365;

const metrics = [
  { name: 'Sleep', type: 'DURATION', category: 'health', unit: 's', min: 0, max: 57_600 },
  { name: 'Mood', type: 'RATING', category: 'mind', min: 1, max: 10, step: 1 },
  { name: 'Steps', type: 'NUMBER', category: 'health', unit: 'steps', min: 0 },
  { name: 'Meditated', type: 'BINARY', category: 'habits' },
  { name: 'Journal', type: 'TEXT', category: 'mind' },
] as const;

const post = postOperation(url);
const { accessToken: token } = await signIn(url, account, 'Seed');
for (const metric of metrics) {
  const input = { id: idOf(metric.name), ...metric };
  await post('mutation ($input: CreateMetricInput!) { createMetric(input: $input) { id } }', { input }, { token });
}
const entries = inventEntries();
for (let start = 0; start < entries.length; start += 1000) {
  const input = entries.slice(start, start + 1000);
  await post('mutation ($input: [CreateEntryInput!]!) { createEntries(input: $input) { id } }', { input }, { token });
  console.log(`${Math.min(start + 1000, entries.length)} of ${entries.length} entries`);
}
console.log(`Sign in at ${url}/graphql as ${account.email} with the password "${account.password}".`);

function idOf(...parts: string[]): string {
  return deriveId('seed', ...parts);
}

function inventEntries(): object[] {
  const draw = drawNormals(1);
  let sleep = 0;
  return Array.from({ length: days }, (_, i) => fromDayNumber(lastDay - days + 1 + i)).flatMap((date) => {
    const mood = clamp(Math.round(6 + 1.2 * sleep + 1.2 * draw()), 1, 10);
    sleep = 0.4 * sleep + 0.9 * draw();
    const day: Record<string, unknown> = {
      Sleep: clamp(Math.round((7.2 + 0.8 * sleep) * 60) * 60, 0, 57_600),
      Mood: mood,
      Steps: Math.max(0, Math.round(8000 + 2500 * draw())),
      Meditated: draw() > 0.3,
      Journal: mood > 6 ? 'A good day.' : 'A day.',
    };
    return Object.entries(day).map(([name, value]) => ({ id: idOf(name, date), metricId: idOf(name), date, value }));
  });
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** Normal numbers (Box and Muller 1958) on a linear congruential generator: the same life every time. */
function drawNormals(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 4_294_967_296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
