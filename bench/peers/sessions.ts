import jwt from 'jsonwebtoken';
import { keyFor } from '../../src/platform/secrets/secrets.ts';

/** Who asks, and from which device. */
export type Visitor = { userId: string; deviceId: string };

/** Who a token of the product speaks for. @throws when it is not one */
export function verifyAccessToken(authorization: unknown): Visitor {
  const token = String(authorization).slice('Bearer '.length);
  const { sub, sid } = jwt.verify(token, keyFor('access-token'), {
    algorithms: ['HS256'],
    issuer: 'lifegraph',
    audience: 'access-token',
  }) as { sub: string; sid: string };
  return { userId: sub, deviceId: sid };
}
