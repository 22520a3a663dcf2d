import pLimit from 'p-limit';
import type { Session as Device, User } from '../../../generated/prisma/client.ts';
import { writeChanges, type ChangeTransaction } from '../../changes/write-changes.ts';
import { ConflictError, InvalidInputError, UnauthenticatedError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { validate } from '../../kernel/validate.ts';
import type { Caller, Viewer } from '../../kernel/viewer.ts';
import { prisma, transaction, type Transaction } from '../../platform/database/database.ts';
import { hashPassword, isOutdated, verifyPassword } from '../../platform/secrets/passwords.ts';
import { recordLater } from '../audit/later.ts';
import { recordAlone, recordEvent } from '../audit/record.ts';
import { erasePerson } from './erasure.ts';
import {
  erasureShape,
  loginShape,
  passwordChangeShape,
  profileShape,
  registerShape,
  type LoginInput,
  type ProfileInput,
  type ProfileSettings,
  type RegisterInput,
} from './input.ts';
import { endSession, issueRefreshToken, rotateRefreshToken } from './refresh-tokens.ts';
import { announceSessionEnd, requireOpenSession, signAccessToken } from './sessions.ts';
import { admitRefresh, admitRegistration, beginGuess, noteSignIn } from './throttles.ts';

/** A signed-in device and what it needs to stay so. */
export type SignedIn = { accessToken: string; expiresAt: Date; refreshToken: string; user: User; device: Device };

/** A crowd that signs in at once is looked up two at a time: it waits for its hashes anyway, and nobody else is to wait for it. */
const arrivals = pLimit(2);

/**
 * Opens an account and signs its first device in.
 * @throws InvalidInputError, RateLimitedError, or ConflictError when the address has an account
 */
export async function register(input: RegisterInput, caller: Caller): Promise<SignedIn> {
  const { email, password, timeZone, deviceName } = validate(registerShape, input);
  await admitRegistration(caller);
  const viewer = { userId: newId(), deviceId: newId() };
  const passwordHash = await hashPassword(password);
  let refreshToken = '';
  const prepare = async (tx: Transaction) => {
    await createUser(tx, { id: viewer.userId, email, passwordHash, timeZone: timeZone ?? 'UTC' });
    refreshToken = await openSession(tx, viewer, deviceName);
    await recordEvent(tx, { ...viewer, address: caller.address }, 'REGISTERED');
  };
  const record = async (tx: ChangeTransaction) => recordUser(tx, await readUser(tx, viewer), 'CREATED');
  await writeChanges(viewer, record, { prepare });
  await noteSignIn(email, caller);
  return describe(viewer, refreshToken);
}

/**
 * Signs a device in.
 * @throws UnauthenticatedError, the same for an unknown address as for a wrong password; RateLimitedError, the same as well
 */
export async function login(input: LoginInput, caller: Caller): Promise<SignedIn> {
  const { email, password, deviceName } = validate(loginShape, input);
  const user = await arrivals(() => prisma().user.findUnique({ where: { email } }));
  const guess = await beginGuess(email, user?.id, caller);
  if (!(await verifyPassword(user?.passwordHash, password)) || !user) {
    const { deviceId } = guess;
    // Later: nobody may learn from the time it takes whether there is such an account.
    if (user) recordLater({ userId: user.id, deviceId, address: caller.address }, 'SIGN_IN_REFUSED', { deviceName });
    throw wrongPassword();
  }
  await guess.succeed();
  if (isOutdated(user.passwordHash)) await storeHash(prisma(), user.id, await hashPassword(password));
  return signIn({ userId: user.id, deviceId: newId(), address: caller.address }, deviceName);
}

/** Exchanges a refresh token for new tokens. @throws UnauthenticatedError, RateLimitedError */
export async function refreshSession(refreshToken: string, caller: Caller): Promise<SignedIn> {
  await admitRefresh(caller);
  const { viewer, refreshToken: successor } = await rotateRefreshToken(refreshToken, caller.address);
  const signedIn = await describe(viewer, successor);
  await noteSignIn(signedIn.user.email, caller);
  return signedIn;
}

/** Signs this device out: its tokens and sockets end now. */
export async function logout(viewer: Viewer): Promise<void> {
  await transaction(async (tx) => {
    const ended = await endSession(tx, viewer);
    if (ended.length > 0) await recordEvent(tx, viewer, 'SIGNED_OUT');
  });
  announceSessionEnd(viewer.userId);
}

/** Signs every device of the person out. @throws UnauthenticatedError when this one is signed out already */
export async function logoutEverywhere(viewer: Viewer): Promise<void> {
  await requireOpenSession(viewer);
  await transaction(async (tx) => {
    const ended = await endSession(tx, { ...viewer, deviceId: null });
    await recordEvent(tx, viewer, 'SIGNED_OUT_EVERYWHERE', { count: ended.length });
  });
  announceSessionEnd(viewer.userId);
}

/** Sets a new password, signs every device out, and this one in again. */
export async function changePassword(
  viewer: Viewer,
  currentPassword: string,
  newPassword: string,
  caller: Caller,
): Promise<SignedIn> {
  const input = validate(passwordChangeShape, { currentPassword, newPassword }, []);
  const user = await confirmPassword(viewer, input.currentPassword, 'currentPassword', caller);
  const passwordHash = await hashPassword(input.newPassword);
  const signedInAgain = { ...viewer, deviceId: newId() };
  const refreshToken = await transaction(async (tx) => {
    await storeHash(tx.prisma, user.id, passwordHash);
    const ended = await endSession(tx, { ...viewer, deviceId: null });
    await recordEvent(tx, viewer, 'PASSWORD_CHANGED', { count: ended.length });
    return openSignedIn(tx, signedInAgain, ended.find(({ id }) => id === viewer.deviceId)?.name);
  });
  announceSessionEnd(viewer.userId);
  return describe(signedInAgain, refreshToken);
}

/** Changes the person's settings; what is not named stays. */
export async function updateProfile(viewer: Viewer, input: ProfileInput): Promise<User> {
  const settings = validate(profileShape, input);
  return writeChanges(viewer, (tx) => storeProfile(tx, viewer, settings));
}

/** Writes settings of a person, checked, and the change; what is not named stays. */
export async function storeProfile(tx: ChangeTransaction, viewer: Viewer, settings: ProfileSettings): Promise<User> {
  const { timeZone, dayStartsAt, preferences } = settings;
  const user = await tx.prisma.user.update({
    where: { id: viewer.userId },
    data: {
      timeZone: timeZone ?? undefined,
      dayStartsAt: dayStartsAt ?? undefined,
      preferences: preferences ?? undefined,
    },
  });
  await recordUser(tx, user, 'UPDATED');
  const fields = Object.entries(settings).flatMap(([field, value]) => (value == null ? [] : [field]));
  await recordEvent(tx, viewer, 'SETTINGS_CHANGED', { fields });
  return user;
}

/** Erases the account and everything in it. There is no way back. */
export async function deleteAccount(viewer: Viewer, password: string, caller: Caller): Promise<void> {
  const input = validate(erasureShape, { password }, []);
  await confirmPassword(viewer, input.password, 'password', caller);
  await erasePerson(viewer);
}

/** The person behind the viewer. */
export const getUser = (viewer: Viewer): Promise<User | null> =>
  prisma().user.findUnique({ where: { id: viewer.userId } });

type NewDevice = Viewer & { deviceId: string };

const signIn = async (viewer: NewDevice, deviceName: string | null | undefined): Promise<SignedIn> =>
  describe(viewer, await transaction((tx) => openSignedIn(tx, viewer, deviceName)));

async function openSignedIn(tx: Transaction, viewer: NewDevice, name: string | null | undefined): Promise<string> {
  const refreshToken = await openSession(tx, viewer, name);
  await recordEvent(tx, viewer, 'SIGNED_IN');
  return refreshToken;
}

async function openSession(
  tx: Transaction,
  { userId, deviceId }: NewDevice,
  name: string | null | undefined,
): Promise<string> {
  await tx.prisma.session.create({ data: { userId, id: deviceId, name: name || null } });
  return issueRefreshToken(tx, { userId, deviceId });
}

async function createUser(
  tx: Transaction,
  user: Pick<User, 'id' | 'email' | 'passwordHash' | 'timeZone'>,
): Promise<void> {
  const created = await tx.query(
    `WITH created AS (
       INSERT INTO users (id, email, password_hash, time_zone) VALUES ($1::uuid, $2::text, $3::text, $4::text)
       ON CONFLICT (email) DO NOTHING RETURNING id
     )
     INSERT INTO change_heads (user_id) SELECT id FROM created RETURNING 1 AS one`,
    [user.id, user.email, user.passwordHash, user.timeZone],
  );
  if (created.length === 0) throw new ConflictError('There is an account with this email address already.', null);
}

async function describe(viewer: Viewer, refreshToken: string): Promise<SignedIn> {
  const { userId, deviceId } = viewer;
  const device = await prisma().session.findUnique({
    where: { userId_id: { userId, id: deviceId! } },
    include: { user: true },
  });
  if (!device || device.endedAt) throw new UnauthenticatedError();
  const { token, expiresAt } = signAccessToken(viewer);
  return { accessToken: token, expiresAt, refreshToken, user: device.user, device };
}

async function confirmPassword(viewer: Viewer, password: string, field: string, caller: Caller): Promise<User> {
  await requireOpenSession(viewer);
  const user = await getUser(viewer);
  if (!user) throw new UnauthenticatedError();
  const guess = await beginGuess(user.email, user.id, caller, viewer);
  if (await verifyPassword(user.passwordHash, password)) return (await guess.succeed(), user);
  await recordAlone(viewer, 'PASSWORD_REFUSED');
  throw new InvalidInputError([{ path: [field], message: 'This is not the password of the account.' }]);
}

async function storeHash(on: Pick<Transaction['prisma'], 'user'>, userId: string, passwordHash: string): Promise<void> {
  await on.user.update({ where: { id: userId }, data: { passwordHash } });
}

const readUser = (tx: Transaction, { userId }: Viewer): Promise<User> =>
  tx.prisma.user.findUniqueOrThrow({ where: { id: userId } });

const wrongPassword = () => new UnauthenticatedError('The email address or the password is wrong.');

async function recordUser(tx: ChangeTransaction, user: User, kind: 'CREATED' | 'UPDATED'): Promise<void> {
  // The hash of the password is no part of the person's data: it must not reach the log, a device or an export.
  const { passwordHash: _, ...snapshot } = user;
  await tx.record({ kind, entityType: 'User', entityId: user.id, snapshot });
}
