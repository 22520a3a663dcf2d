import { errorCodes } from '../../kernel/errors.ts';

/**
 * Why a job was given up, as far as its owner can be told. Our own errors are written for them; the text of any other may
 * hold a value or a piece of code, so of those only the id is named, by which the log knows the cause.
 * @param output what the queue keeps of the last failure: an error as plain JSON, or a note of its own
 */
export function describeFailure(jobId: string, output: unknown): string {
  const { code, details, message, value } = toRecord(output);
  const isOurs = errorCodes.some((each) => each === code) && typeof details === 'object' && typeof message === 'string';
  if (isOurs) return String(message);
  const cause = queueNotes.get(String(toRecord(value)['message'])) ?? 'Something went wrong on our side.';
  return `${cause} It was tried several times. To ask about it, name the job: ${jobId}.`;
}

/** What the queue writes where a run has ended without saying anything. */
const queueNotes = new Map([
  ['job timed out', 'It took longer than it may.'],
  ['job heartbeat timeout', 'The server stopped while it ran.'],
]);

const toRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
