import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from './seeded.ts';

/** Chances of what befalls a message that Redis hands to a subscriber. */
export type BusWeather = { lost: number; doubled: number; late: number };

/** Milliseconds by which a late one is late, at most. */
const lateness = 800;

const header = Buffer.from('*3\r\n$7\r\nmessage\r\n');
const crlf = Buffer.from('\r\n');

/**
 * Loses, doubles and delays the messages among what Redis says to one connection, and lets everything else through.
 * @param write says something to the subscriber out of turn
 */
export function disturbMessages(
  weather: () => BusWeather,
  random: Random,
  write: (bytes: Buffer) => void,
): (bytes: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  const befall = (message: Buffer): Buffer => {
    if (!message.subarray(0, header.length).equals(header)) return message;
    const { lost, doubled, late } = weather();
    if (random.chance(lost)) return Buffer.alloc(0);
    if (random.chance(doubled)) return Buffer.concat([message, message]);
    if (!random.chance(late)) return message;
    void sleep(random.below(lateness)).then(() => write(message));
    return Buffer.alloc(0);
  };
  return (bytes) => {
    const { whole, left } = split(Buffer.concat([rest, bytes]));
    rest = left;
    return Buffer.concat(whole.map(befall));
  };
}

/** Whole replies of the protocol (RESP 2), and what is left of one that is not all here. */
function split(bytes: Buffer): { whole: Buffer[]; left: Buffer } {
  const whole: Buffer[] = [];
  let at = 0;
  for (let end = endOf(bytes, at); end > 0; end = endOf(bytes, at)) {
    whole.push(bytes.subarray(at, end));
    at = end;
  }
  return { whole, left: bytes.subarray(at) };
}

/** Where the reply that begins here ends; -1 when that is not here yet. */
function endOf(bytes: Buffer, at: number): number {
  const line = bytes.indexOf(crlf, at);
  if (line < 0) return -1;
  const next = line + 2;
  const kind = String.fromCharCode(bytes[at]!);
  const count = Number(bytes.toString('latin1', at + 1, line));
  if (kind === '$') return count < 0 ? next : next + count + 2 <= bytes.length ? next + count + 2 : -1;
  if (kind !== '*') return next;
  let end = next;
  for (let i = 0; i < count && end > 0; i++) end = endOf(bytes, end);
  return end;
}
