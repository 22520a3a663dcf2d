import { PgBoss, type ConstructorOptions, type Db } from 'pg-boss';
import { refreshJob } from '../../src/domains/insights/insights.ts';

let queue: PgBoss | undefined;

/** Opens the product's queue, to put jobs in only. */
export async function openQueue(options: ConstructorOptions): Promise<void> {
  queue = new PgBoss({ ...options, supervise: false, schedule: false });
  await queue.start();
}

/** Puts a person's analysis into the queue, as the product does. @param db runs in the transaction of the write */
export const queueAnalysis = (userId: string, db: Db): Promise<string | null> =>
  queue!.send(refreshJob, { userId }, { startAfter: 3600, singletonKey: userId, db });
