import type { Device } from '../generator/devices.ts';
import { parseTimeless, requireEqual } from '../equality.ts';
import type { Lanes } from '../generator/load.ts';
import type { CreateCall } from '../content/people.ts';

/** A frame of the subscription, as all sides send it. */
type ChangeFrame = {
  payload: { data: { changes: { seq: number; entityId: string; entity: { id: string; value: unknown } } } };
};

/** What a device was sent, without instants: the content of each frame and its length. */
export type Sent = { length: number; content: unknown }[];

/** Milliseconds from sending a write to each receipt of it, the shortest first. */
export function readLatencies(devices: readonly Device[], sentAt: ReadonlyMap<string, number>): number[] {
  return devices
    .flatMap(({ frames }) => frames.map(({ text, at }) => at - sentAt.get(readChange(text).entityId)!))
    .sort((a, b) => a - b);
}

/** Every device must have got its person's entries: all of them, once, in the order of the writes and of the numbers. */
export function requireOrder(devices: readonly Device[], lanes: Lanes): void {
  const written = groupByToken(lanes);
  for (const { person, frames } of devices) {
    const changes = frames.map(({ text }) => readChange(text));
    const first = changes[0]?.seq ?? 0;
    requireEqual(
      'what was written and what was delivered',
      (written.get(person.tokens[0]!) ?? []).map(({ id, value }, i) => ({ seq: first + i, id, value })),
      changes.map(({ seq, entity: { id, value } }) => ({ seq, id, value })),
    );
  }
}

/** What each device was sent, to be compared with what another side sent it. */
export const readSent = (devices: readonly Device[]): Map<string, Sent> =>
  new Map(
    devices.map(({ token, frames }) => [
      token,
      frames.map(({ text }) => ({ length: text.length, content: parseTimeless(text) })),
    ]),
  );

const readChange = (text: string) => (JSON.parse(text) as ChangeFrame).payload.data.changes;

/** The entries written, by the token of the device that wrote them. */
function groupByToken(lanes: Lanes): Map<string, { id: string; value?: unknown }[]> {
  const written = new Map<string, { id: string; value?: unknown }[]>();
  for (const { token, variables } of lanes.flat() as CreateCall[]) {
    written.set(token, [...(written.get(token) ?? []), variables.input]);
  }
  return written;
}
