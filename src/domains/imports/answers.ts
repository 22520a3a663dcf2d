import type { Viewer } from '../../kernel/viewer.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { toStoredValue, type MetricConfig } from '../metrics/rules.ts';
import type { StagedEntry } from './check-rows.ts';
import type { Question } from './format.ts';
import { settleValue, type Answers } from './questions.ts';
import { readConfigs } from './recheck.ts';
import { mark } from './settle.ts';
import { readStaged, type StagedRow, type StagingKey } from './staging.ts';

/** Gives the rows that waited for an answer their values; those that it does not fit are refused. */
export async function applyAnswers(
  tx: Transaction,
  viewer: Viewer,
  key: StagingKey,
  questions: readonly Question[],
  answers: Answers,
): Promise<void> {
  if (questions.length === 0) return;
  const byId = new Map(questions.map((question) => [question.id, question]));
  const configs = await readConfigs(tx, viewer, key);
  const settle = ({ question, payload }: StagedRow<StagedEntry>): StagedEntry | string => {
    const asked = byId.get(question!)!;
    return toEntry(configs.get(payload.metricId), payload, asked, answers[asked.id]);
  };
  for await (const page of readStaged<StagedEntry>(tx, key, 'ENTRY', { isOpen: true })) {
    const settled = page.map((row) => ({ ordinal: row.ordinal, payload: settle(row) }));
    for (const { ordinal, payload } of settled)
      if (typeof payload === 'string') await mark(tx, key, [ordinal], payload);
    await store(tx, key, settled);
  }
}

function toEntry(
  config: MetricConfig | undefined,
  { raw, ...entry }: StagedEntry,
  question: Question,
  answer: unknown,
): StagedEntry | string {
  const value = settleValue(question, answer, raw);
  // A metric that is gone by now is met again, and told, by the look at all rows.
  const stored = config ? toStoredValue(config, value) : { number: null, text: null };
  return typeof stored === 'string' ? stored : { ...entry, ...stored };
}

async function store(
  tx: Transaction,
  { userId, importId }: StagingKey,
  settled: readonly { ordinal: number; payload: StagedEntry | string }[],
): Promise<void> {
  const rows = settled.filter(({ payload }) => typeof payload !== 'string');
  await tx.query(
    `UPDATE import_rows r SET payload = s.row->'payload', question = NULL
     FROM jsonb_array_elements($3::jsonb) AS s(row)
     WHERE r.user_id = $1::uuid AND r.import_id = $2::uuid AND r.ordinal = (s.row->>'ordinal')::int`,
    [userId, importId, JSON.stringify(rows)],
  );
}
