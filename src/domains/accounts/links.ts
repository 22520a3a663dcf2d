import { UnauthenticatedError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { signToken, verifyToken } from '../../platform/secrets/signed-tokens.ts';
import { isSessionOpenNow } from './sessions.ts';

/** What a link is for: one of one kind never serves as another. */
export type LinkKind = 'export' | 'import';

/** A token for a link that speaks for the viewer's session: whoever has it needs no other proof. */
export const signLink = (viewer: Viewer, kind: LinkKind, claims: object, lifeSeconds: number) =>
  signToken('link', { ...claims, kind, sub: viewer.userId, sid: viewer.deviceId }, lifeSeconds);

/**
 * Who a link speaks for, and what it was signed with. It ends with its time, and with the session it was made in.
 * @throws UnauthenticatedError
 */
export async function openLink(kind: LinkKind, token: string): Promise<{ viewer: Viewer; claims: object }> {
  const claims = verifyToken('link', token);
  if (claims?.['kind'] !== kind || typeof claims.sub !== 'string' || typeof claims['sid'] !== 'string') throw refusal();
  const viewer: Viewer = { userId: claims.sub, deviceId: claims['sid'] };
  if (!(await isSessionOpenNow(viewer))) throw refusal();
  return { viewer, claims };
}

const refusal = () => new UnauthenticatedError('This link is not valid, or no longer. Ask the API for a new one.');
