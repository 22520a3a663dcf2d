import type { FollowUp } from '../kernel/define-domain.ts';
import { enqueue } from '../platform/jobs/queue.ts';
import { sql, type Transaction } from '../platform/database/database.ts';

let followUps: readonly FollowUp[] = [];
let debounceSeconds = 0;

/** Says which changes ask for which jobs, and how many seconds of changes are gathered for one run. */
export function registerFollowUps(registered: readonly FollowUp[], seconds: number): void {
  followUps = registered;
  debounceSeconds = seconds;
}

/** Whether changes to this type of entity ask for a job. */
export const hasFollowUp = (entityType: string): boolean =>
  followUps.some((followUp) => followUp.entityTypes.includes(entityType));

/**
 * Queues the jobs that follow from the changes, in their transaction, unless they wait already. That they wait is noted
 * in the person's head row, which every write locks anyway.
 */
export async function queueFollowUps(tx: Transaction, userId: string, entityTypes: readonly string[]): Promise<void> {
  const due = followUps.filter((followUp) => followUp.entityTypes.some((type) => entityTypes.includes(type)));
  if (due.length === 0) return;
  const marked = await tx.query(
    `UPDATE change_heads SET follow_up_queued = true WHERE user_id = $1::uuid AND NOT follow_up_queued RETURNING 1 AS one`,
    [userId],
  );
  if (marked.length === 0) return;
  for (const { job } of due) {
    await enqueue(tx, job, { userId }, { startAfterSeconds: debounceSeconds, singletonKey: userId });
  }
}

/**
 * To be called by a follow-up job before it reads: from here on, a change asks for a new run.
 * @returns the number of the newest change the run will see, or null when the person is gone
 */
export async function takeFollowUp(userId: string): Promise<number | null> {
  const [head] = await sql.query<{ seq: number }>(
    'UPDATE change_heads SET follow_up_queued = false WHERE user_id = $1::uuid RETURNING seq',
    [userId],
    'take-follow-up',
  );
  return head?.seq ?? null;
}
