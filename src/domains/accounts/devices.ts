import type { Session as Device } from '../../../generated/prisma/client.ts';
import { NotFoundError } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma, sql, transaction } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';
import { recordEvent } from '../audit/record.ts';
import { endSession } from './refresh-tokens.ts';
import { announceSessionEnd, requireOpenSession } from './sessions.ts';

/** Milliseconds between two notes that the devices behind the open sockets are there. */
const notingInterval = 60_000;

/**
 * The devices that are signed in, the most recently seen first. One whose refresh token has run out can never come back,
 * and is not among them.
 */
export const listDevices = ({ userId }: Viewer): Promise<Device[]> =>
  prisma().session.findMany({
    where: { userId, endedAt: null, refreshTokens: { some: { spentAt: null, expiresAt: { gt: new Date() } } } },
    orderBy: [{ lastSeenAt: 'desc' }, { id: 'desc' }],
  });

/** Signs a device of the person out: its tokens and sockets end now. @throws NotFoundError when none is signed in by this id */
export async function endDevice(viewer: Viewer, id: string): Promise<string> {
  await requireOpenSession(viewer);
  if (!isId(id)) throw new NotFoundError('device');
  await transaction(async (tx) => {
    const [ended] = await endSession(tx, { ...viewer, deviceId: id });
    if (!ended) throw new NotFoundError('device');
    await recordEvent(tx, viewer, 'DEVICE_ENDED', { subjectId: id, subjectName: ended.name });
  });
  announceSessionEnd(viewer.userId);
  return id;
}

/**
 * Notes once a minute that the devices behind open sockets are there: they may say nothing for hours.
 * @param readConnected who is connected to this process
 * @returns a function that ends it
 */
export function keepDevicesSeen(readConnected: () => readonly Viewer[]): () => void {
  const interval = setInterval(() => {
    noteSeen(readConnected()).catch((err: unknown) => log.warn({ err }, 'devices could not be noted as seen'));
  }, notingInterval);
  return () => clearInterval(interval);
}

/**
 * Notes that devices are there now, in one statement. A row that is being written at this moment is left out: whoever
 * writes it has seen or ended the device, and waiting in different orders two processes could block each other.
 */
export async function noteSeen(viewers: readonly Viewer[]): Promise<void> {
  if (viewers.length === 0) return;
  await sql.query(
    `WITH seen AS (
       SELECT s.user_id, s.id FROM sessions s JOIN unnest($1::uuid[], $2::uuid[]) AS v(user_id, id) USING (user_id, id)
       WHERE s.ended_at IS NULL AND s.last_seen_at < now() - interval '30 seconds' FOR UPDATE OF s SKIP LOCKED
     )
     UPDATE sessions SET last_seen_at = now() FROM seen WHERE sessions.user_id = seen.user_id AND sessions.id = seen.id`,
    [viewers.map((viewer) => viewer.userId), viewers.map((viewer) => viewer.deviceId)],
    'note-seen',
  );
}
