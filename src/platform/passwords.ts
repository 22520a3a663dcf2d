import { hash, needsRehash, verify } from 'argon2';

/** argon2id with the least OWASP's Password Storage cheat sheet asks for: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

let unknownAccountHash: Promise<string> | undefined;

export const hashPassword = (password: string): Promise<string> => hash(password, cost);

/** Whether a hash was made with other parameters than today's. */
export const isOutdated = (passwordHash: string): boolean => needsRehash(passwordHash, cost);

/**
 * Whether the password fits the hash. Without a hash (no such account) it costs the same and is false, so that the time
 * an answer takes tells nobody which addresses have an account.
 */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  unknownAccountHash ??= hashPassword('no account has this password');
  const fits = await verify(passwordHash ?? (await unknownAccountHash), password);
  return fits && passwordHash !== undefined;
}
