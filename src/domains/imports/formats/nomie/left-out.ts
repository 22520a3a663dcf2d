import type { Reading } from '../../format.ts';

/** Counts what is said about a place, without looking at it. */
export function leaveOutPlace(parts: readonly unknown[], reading: Reading): void {
  if (parts.some((part) => part !== '' && part !== undefined && part !== null && part !== 0 && part !== '0'))
    reading.leaveOut('Places: coordinates and their names, for privacy');
}

/** Nomie works it out from the trackers, and 0 is also what it writes when there is none. */
export function leaveOutScore(score: unknown, reading: Reading): void {
  if (Number(score) !== 0 && Number.isFinite(Number(score)))
    reading.leaveOut('Scores of positivity, which Nomie works out from the trackers');
}
