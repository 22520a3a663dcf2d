import type { Amount, Retention } from '../../kernel/define-domain.ts';
import { sql } from '../../platform/database/database.ts';
import { giveUpReady } from './tidy.ts';

/** Rows of checked files that nobody has applied. `imports.tidy` looks more often; this says what it would find. */
export const importRetention: readonly Retention[] = [
  {
    name: 'uploads not applied',
    days: 'imports',
    count: async (before) => {
      const [amount] = await sql.query<Amount>(
        `SELECT count(*)::int AS rows, min(i.updated_at) AS oldest FROM imports i JOIN import_rows r
         ON r.user_id = i.user_id AND r.import_id = i.id WHERE i.state = 'READY' AND i.updated_at < $1::timestamptz`,
        [before],
      );
      return amount!;
    },
    forget: giveUpReady,
  },
];
