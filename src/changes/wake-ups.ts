import { publish, subscribe } from '../platform/bus.ts';

/** Says that a person's log has reached a number. May get lost: the log is the truth. */
type WakeUp = { userId: string; seq: number };

const topicOf = (userId: string): string => `changes:${userId}`;

/** Tells every process that the person's log has grown. Only after the commit. */
export const wakeUp = (userId: string, seq: number): void => publish(topicOf(userId), { userId, seq } satisfies WakeUp);

/** Calls back with the number the person's log has reached. @returns a function that stops it */
export const onWakeUp = (userId: string, listen: (seq: number) => void): (() => void) =>
  subscribe<WakeUp>(topicOf(userId), ({ seq }) => listen(seq));
