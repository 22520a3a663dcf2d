import { publish, subscribe } from '../bus.ts';

const topic = 'people.erased';
const listeners = new Set<(userId: string) => void>();
let heard = 0;

/**
 * Tells all processes that a person has been erased, so that each forgets what it remembers of them. This one has done so
 * when the function returns, also without Redis. To the others a message may get lost: nothing may be remembered for ever.
 */
export function announceErasure(userId: string): void {
  tell(userId);
  publish(topic, { userId });
}

/** Listens for erasures; one may be told twice. @returns a function that stops listening */
export function onErasure(listen: (userId: string) => void): () => void {
  listeners.add(listen);
  return () => void listeners.delete(listen);
}

/** Begins to hear of erasures by other processes, once the bus is open. @returns a function that ends it */
export const hearErasures = (): (() => void) => subscribe<{ userId: string }>(topic, ({ userId }) => tell(userId));

/** Rises with every erasure: what was looked up before one may be of that person, and is not remembered after it. */
export const erasuresHeard = (): number => heard;

function tell(userId: string): void {
  heard += 1;
  for (const listen of listeners) listen(userId);
}
