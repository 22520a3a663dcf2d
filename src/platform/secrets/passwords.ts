import { availableParallelism } from 'node:os';
import { hash, needsRehash, verify } from 'argon2';
import pLimit from 'p-limit';
import { UnavailableError } from '../../kernel/errors.ts';

/** argon2id with the least OWASP's Password Storage cheat sheet asks for: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** Hashes made at once: each takes a core for some 50 ms, and one stays free for all who are signed in. */
const turns = pLimit(Math.max(1, availableParallelism() - 1));
/** How many may wait for their turn: about ten seconds on one core, which is as long as anybody waits to be signed in. */
const waitingMax = 200;

let unknownAccountHash: Promise<string> | undefined;

/** A new hash of a password. @throws UnavailableError when too many wait for theirs */
export const hashPassword = (password: string): Promise<string> => inTurn(() => hash(password, cost));

/** Whether a hash was made with other parameters than today's. */
export const isOutdated = (passwordHash: string): boolean => needsRehash(passwordHash, cost);

/**
 * Whether the password fits the hash. Without a hash (no such account) it costs the same and is false, so that the time
 * an answer takes tells nobody which addresses have an account.
 * @throws UnavailableError when too many wait for theirs
 */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  unknownAccountHash ??= hash('no account has this password', cost);
  const known = passwordHash ?? (await unknownAccountHash);
  const fits = await inTurn(() => verify(known, password));
  return fits && passwordHash !== undefined;
}

async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (turns.pendingCount >= waitingMax)
    throw new UnavailableError('Too many people sign in right now. Try again shortly.');
  return turns(work);
}
