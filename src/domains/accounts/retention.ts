import type { Retention } from '../../kernel/define-domain.ts';
import { oldRows } from '../../platform/forgetting/retention.ts';

/** Sessions that have ended, or that no refresh token can continue, with all their tokens. */
const sessions: Retention = {
  name: 'ended sessions',
  days: 'sessions',
  ...oldRows({
    table: 'sessions',
    key: 'user_id, id',
    at: 'last_seen_at',
    where: `(ended_at < $1::timestamptz OR (last_seen_at < $1::timestamptz AND NOT EXISTS (
      SELECT FROM refresh_tokens t WHERE t.user_id = sessions.user_id AND t.session_id = sessions.id AND t.expires_at > now())))`,
  }),
};

/** Spent ones are needed until their own end: one that comes back ends its family. After that all are refused alike. */
const refreshTokens: Retention = {
  name: 'expired refresh tokens',
  days: 'sessions',
  ...oldRows({ table: 'refresh_tokens', key: 'hash', at: 'expires_at' }),
};

export const accountRetention: readonly Retention[] = [sessions, refreshTokens];
