import { publish, subscribe } from './bus.ts';

const topic = 'people.erased';
const listeners = new Set<(userId: string) => void>();

/**
 * Tells all processes that a person has been erased, so that each forgets what it remembers of them. This one has done so
 * when the function returns, also without Redis. To the others a message may get lost: nothing may be remembered for ever.
 */
export function announceErasure(userId: string): void {
  for (const listen of listeners) listen(userId);
  publish(topic, { userId });
}

/** Listens for erasures; one may be told twice. @returns a function that stops listening */
export function onErasure(listen: (userId: string) => void): () => void {
  const stop = subscribe<{ userId: string }>(topic, ({ userId }) => listen(userId));
  listeners.add(listen);
  return () => {
    listeners.delete(listen);
    stop();
  };
}
