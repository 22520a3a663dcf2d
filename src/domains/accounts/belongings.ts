import type { Belonging } from '../../kernel/define-domain.ts';
import { sql } from '../../platform/database/database.ts';
import { log } from '../../platform/observation/log.ts';

let belongings: readonly Belonging[] = [];

/** Says what persons have outside of the database. At the start. */
export function configureBelongings(all: readonly Belonging[]): void {
  belongings = all;
}

/** How much of each kind a person has. */
export const countBelongings = (userId: string): Promise<{ kind: string; rows: number }[]> =>
  Promise.all(belongings.map(async ({ kind, count }) => ({ kind, rows: await count(userId) })));

/** Takes away what an erased person has outside of the database. What cannot be taken now is when the journal is next compared. */
export async function eraseBelongings(userId: string): Promise<void> {
  for (const { kind, erase } of belongings)
    await erase(userId).catch((err: unknown) => log.error({ err, kind }, 'something of an erased person is left'));
}

/**
 * Takes away what is left of people who were erased while this process was not there, or could not. The table of erasures is
 * asked, not the one of people: beside a database that was lost, and is empty, everything there is of them must stay.
 */
export async function sweepBelongings(): Promise<void> {
  for (const { kind, listOwners, erase } of belongings) {
    try {
      const gone = await sql.query<{ id: string }>(
        'SELECT user_id AS id FROM erasures WHERE user_id = ANY($1::uuid[])',
        [await listOwners()],
      );
      for (const { id } of gone) await erase(id);
    } catch (err) {
      log.error({ err, kind }, 'what is left of erased people could not be looked through');
    }
  }
}
