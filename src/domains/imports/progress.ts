import { sql } from '../../platform/database/database.ts';
import type { StagingKey } from './staging.ts';

/** Milliseconds between two notes. */
const interval = 1000;

/** Notes how far a check is, with a number from 0 to 1. */
export type Progress = (fraction: number) => Promise<void>;

/**
 * Notes the progress of a check in its row, at most once a second, and without a change: it is of interest only to who
 * looks. It also shows that the check is alive; one that is silent for long has died with its process.
 */
export function openProgress({ userId, importId }: StagingKey): Progress {
  let last = Date.now();
  return async (fraction) => {
    if (Date.now() - last < interval) return;
    last = Date.now();
    await sql.query(
      `UPDATE imports SET progress = greatest(progress, $3::float8), updated_at = now()
       WHERE user_id = $1::uuid AND id = $2::uuid AND state = 'CHECKING'`,
      [userId, importId, fraction * checkShare],
    );
  };
}

/** The part of an import's progress that the check is. */
export const checkShare = 0.5;
