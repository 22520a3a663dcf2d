import jwt from 'jsonwebtoken';
import { keyFor, type KeyPurpose } from './secrets.ts';

const issuer = 'lifegraph';

/**
 * A signed token (JWT, HS256) for one purpose. The purpose is its audience and has a key of its own, so a link can never
 * serve as an access token.
 */
export function signToken(
  purpose: KeyPurpose,
  claims: object,
  lifeSeconds: number,
): { token: string; expiresAt: Date } {
  const expiresAt = new Date((Math.floor(Date.now() / 1000) + lifeSeconds) * 1000);
  const token = jwt.sign({ ...claims, exp: expiresAt.getTime() / 1000 }, keyFor(purpose), {
    algorithm: 'HS256',
    issuer,
    audience: purpose,
  });
  return { token, expiresAt };
}

/**
 * The claims of a token, or null when it is not one of ours, not for this purpose, or past its time. Everything the
 * library would leave open is pinned: by default it takes tokens without `exp` and of any audience.
 * @param toleranceSeconds how long after its time a token still is read
 */
export function verifyToken(
  purpose: KeyPurpose,
  token: string,
  toleranceSeconds = 0,
): (jwt.JwtPayload & { exp: number }) | null {
  try {
    const pinned = { algorithms: ['HS256' as const], issuer, audience: purpose, clockTolerance: toleranceSeconds };
    const claims = jwt.verify(token, keyFor(purpose), pinned);
    return typeof claims === 'object' && typeof claims.exp === 'number' ? { ...claims, exp: claims.exp } : null;
  } catch {
    return null;
  }
}
