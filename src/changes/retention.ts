import type { Amount, Retention } from '../kernel/define-domain.ts';
import { sql } from '../platform/database/database.ts';
import { oldRows } from '../platform/forgetting/retention.ts';
import { compactLogs } from './compaction.ts';

/** What has become of operations that devices sent from their queues. */
export const operationRetention: Retention = {
  name: 'outcomes of operations',
  days: 'operations',
  ...oldRows({ table: 'operations', key: 'user_id, id', at: 'at' }),
};

/** Changes that newer ones have superseded. They have a job of their own, which knows each person's log. */
export const changeRetention = (lasting: readonly string[]): Retention => ({
  name: 'superseded changes',
  days: 'changes',
  count: countSuperseded,
  forget: async (before, signal) => {
    const { rows } = await countSuperseded(before);
    await compactLogs(before, lasting, signal);
    return rows - (await countSuperseded(before)).rows;
  },
});

/** About: of what others still point at, the last state stays. */
async function countSuperseded(before: Date): Promise<Amount> {
  const [amount] = await sql.query<Amount>(
    `SELECT count(*)::int AS rows, min(c.at) AS oldest FROM changes c WHERE c.at < $1::timestamptz AND EXISTS (
       SELECT FROM changes n WHERE n.user_id = c.user_id AND n.entity_type = c.entity_type AND n.entity_id = c.entity_id
         AND n.seq > c.seq AND n.at < $1::timestamptz)`,
    [before],
  );
  return amount!;
}
