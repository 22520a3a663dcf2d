import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { keyFor, keysFor, type KeyPurpose } from './secrets.ts';

const issuer = 'lifegraph';

/** What a token says. */
type Claims = jwt.JwtPayload & { exp: number };

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
export function verifyToken(purpose: KeyPurpose, token: string, toleranceSeconds = 0): Claims | null {
  for (const key of keysFor(purpose)) {
    const claims = verifyWith(key, purpose, token, toleranceSeconds);
    if (claims) return claims;
  }
  return null;
}

function verifyWith(key: KeyObject, purpose: KeyPurpose, token: string, toleranceSeconds: number): Claims | null {
  try {
    const pinned = { algorithms: ['HS256' as const], issuer, audience: purpose, clockTolerance: toleranceSeconds };
    const claims = jwt.verify(token, key, pinned);
    return typeof claims === 'object' && typeof claims.exp === 'number' ? { ...claims, exp: claims.exp } : null;
  } catch {
    return null;
  }
}
