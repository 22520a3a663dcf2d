import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config.ts';
import { NotFoundError } from '../kernel/errors.ts';
import { isBusHeard } from '../platform/bus.ts';
import { isServed, readPoolUse } from '../platform/database/database.ts';
import { lookAtJobs } from '../platform/jobs/job-metrics.ts';
import { measure, openMetrics, renderMetrics } from '../platform/observation/metrics.ts';
import { jobNames } from '../platform/jobs/queue.ts';

/** Begins to measure what this process does. */
export function startMeasuring(): void {
  openMetrics();
  measure('lifegraph_pool_open', 'Open connections to the database', () => readPoolUse().open);
  measure('lifegraph_pool_idle', 'Of these, those that nobody uses', () => readPoolUse().idle);
  measure('lifegraph_database_up', 'Whether the database answers (1) or not (0)', () => Number(isServed()));
  measure('lifegraph_redis_up', 'Whether messages of other processes arrive; 1 without Redis', () =>
    Number(isBusHeard()),
  );
  measure('lifegraph_pool_waiting', 'Who waits for a connection to the database', () => readPoolUse().waiting);
}

/**
 * GET /metrics, for who has METRICS_TOKEN. Without that setting: for this machine, while it is for development. Not in
 * production, where a proxy on the same machine would be asking for everybody.
 * @throws NotFoundError for all others, who need not know that it is there
 */
export async function serveMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  config: Pick<Config, 'metricsToken' | 'isProduction'>,
): Promise<void> {
  if (!mayRead(request, config)) throw new NotFoundError('page');
  await lookAtJobs(jobNames());
  const { type, text } = await renderMetrics();
  response.writeHead(200, { 'content-type': type }).end(text);
}

const loopback = /^(127\.|::1$|::ffff:127\.)/;

function mayRead(
  { headers, socket }: IncomingMessage,
  { metricsToken, isProduction }: Pick<Config, 'metricsToken' | 'isProduction'>,
): boolean {
  if (metricsToken === undefined) return !isProduction && loopback.test(socket.remoteAddress ?? '');
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${metricsToken}`));
}

/** Of one length, whatever was given. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
