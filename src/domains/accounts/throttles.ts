import type { Caller, Viewer } from '../../kernel/viewer.ts';
import { giveBack, isNoted, note, reset, take, takeAll, type Claim, type Throttle } from '../../platform/throttles.ts';
import { formerDevice } from './sessions.ts';

const perMinute = 1 / 60;
const perHour = 1 / 3600;

/** All limits of accounts. What succeeds is given back where guesses are counted. */
export const limits = {
  /** Guesses of one device or address at one account: what somebody needs who tries all passwords they ever had. */
  guessFromOne: { name: 'guess-from-one', burst: 10, perSecond: perMinute },
  /**
   * Guesses at one account from everywhere else together: 2,500 on the first day, against passwords that are not among the
   * usual ones. One bucket for strangers and one for those who are known, so that neither locks the other out.
   */
  guessAtAccount: { name: 'guess-at-account', burst: 100, perSecond: 100 * perHour },
  /** Guesses of one address at whatever accounts: lists of passwords that leaked elsewhere. A company may have one address. */
  guessFromAddress: { name: 'guess-from-address', burst: 100, perSecond: 600 * perHour },
  /** Accounts opened from one address, or addresses tried that have one: a class of pupils may begin at once. */
  register: { name: 'register', burst: 50, perSecond: 60 * perHour },
  /** Refreshes from one address: a device needs one in ten minutes, a company behind one address has thousands. */
  refresh: { name: 'refresh', burst: 300, perSecond: 10 },
} as const satisfies Record<string, Throttle>;

/** Seconds that an address is known to an account after somebody has signed in from there. */
const knownSeconds = 30 * 24 * 3600;

/** A guess that has been let through. */
export type Guess = {
  /** The device of the account that it comes from, signed in or not; null for all others. */
  deviceId: string | null;
  /** The password was right: takes nothing of what is counted, and makes the address a known one. */
  succeed: () => Promise<void>;
};

/**
 * Lets somebody guess a password, before it is looked at.
 *
 * Whoever is known to the account is counted apart from strangers: a device that shows an access token of the account, alive or
 * dead (sessions.ts, formerDevice), and an address from which somebody has signed in to it within 30 days. So strangers who use
 * up their guesses do not lock the owner out. Each device and address has a few guesses of its own beside that, which come back
 * with a success.
 *
 * It knows the account by its email alone and not whether there is one.
 * @param userId whose account it is, if there is one: only it can have known devices
 * @param device the device that asks; by default that of the token
 * @throws RateLimitedError
 */
export async function beginGuess(
  email: string,
  userId: string | undefined,
  caller: Caller,
  device: Viewer | null = formerDevice(caller.accessToken),
): Promise<Guess> {
  const address = caller.address ?? '';
  const place = `${email} ${address}`;
  const isDevice = device !== null && device.userId === userId;
  const isKnown = (await isNoted('signed-in', place)) || isDevice;
  const own = isDevice ? `${email} ${device.deviceId}` : place;
  const claims: Claim[] = [
    { throttle: limits.guessFromOne, key: own },
    { throttle: limits.guessAtAccount, key: `${email} ${isKnown ? 'known' : 'strangers'}` },
  ];
  if (!isKnown) claims.push({ throttle: limits.guessFromAddress, key: address });
  await takeAll(claims);
  const succeed = async () => {
    await Promise.all([giveBack(claims.slice(1)), reset(limits.guessFromOne, own), noteSignIn(email, caller)]);
  };
  return { deviceId: isDevice ? device.deviceId : null, succeed };
}

/** Makes the address a known one of the account. */
export const noteSignIn = (email: string, { address }: Caller): Promise<void> =>
  note('signed-in', `${email} ${address ?? ''}`, knownSeconds);

/** Counts an account that is to be opened. @throws RateLimitedError */
export const admitRegistration = ({ address }: Caller): Promise<void> => take(limits.register, address ?? '');

/** Counts a refresh. @throws RateLimitedError */
export const admitRefresh = ({ address }: Caller): Promise<void> => take(limits.refresh, address ?? '');
