import { isBusHeard } from '../platform/bus.ts';
import { isDatabaseThere } from '../platform/database/database.ts';

/** What a balancer asks, and what somebody reads who wants to know what is missing. */
export type Readiness = {
  /** `degraded` serves: without Redis, news of other processes come with the heartbeat instead of at once. */
  status: 'ready' | 'degraded' | 'unavailable';
  /** In words; only when something is missing. */
  reason?: string;
  database: 'up' | 'down';
  redis: 'up' | 'down' | 'unused';
};

/** Whether requests should come here. @param isStopping while requests under way end, no more should come */
export async function readReadiness(isStopping: boolean, usesRedis: boolean): Promise<Readiness> {
  const database = (await isDatabaseThere()) ? 'up' : 'down';
  const redis = usesRedis ? (isBusHeard() ? 'up' : 'down') : 'unused';
  const parts = { database, redis } as const;
  if (isStopping) return { status: 'unavailable', reason: 'the server is stopping', ...parts };
  if (database === 'down') return { status: 'unavailable', reason: 'the database does not answer', ...parts };
  if (redis === 'down') return { status: 'degraded', reason: 'Redis does not answer', ...parts };
  return { status: 'ready', ...parts };
}
