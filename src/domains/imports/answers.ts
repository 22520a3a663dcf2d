import type { Viewer } from '../../kernel/viewer.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { toStoredValue, type MetricConfig, type StoredValue } from '../metrics/rules.ts';
import type { Question } from './format.ts';
import { settleValue, type Answers } from './questions.ts';
import { readConfigs } from './recheck.ts';
import { mark } from './settle.ts';
import type { StagedEntry } from './staged-entry.ts';
import { readStagedEntries, type StagedRow, type StagingKey } from './staging.ts';

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
  const settle = ({ question, payload }: StagedRow<StagedEntry>): StoredValue | string => {
    const asked = byId.get(question!)!;
    return toStored(configs.get(payload.metricId), payload, asked, answers[asked.id]);
  };
  for await (const page of readStagedEntries<StagedEntry>(tx, key, { isOpen: true })) {
    const settled = page.map((row) => ({ ordinal: row.ordinal, value: settle(row) }));
    for (const { ordinal, value } of settled) if (typeof value === 'string') await mark(tx, key, [ordinal], value);
    await store(tx, key, settled);
  }
}

function toStored(
  config: MetricConfig | undefined,
  { payload }: StagedEntry,
  question: Question,
  answer: unknown,
): StoredValue | string {
  const value = settleValue(question, answer, payload?.raw);
  // A metric that is gone by now is met again, and told, by the look at all rows.
  return config ? toStoredValue(config, value) : { number: null, text: null };
}

async function store(
  tx: Transaction,
  { userId, importId }: StagingKey,
  settled: readonly { ordinal: number; value: StoredValue | string }[],
): Promise<void> {
  const rows = settled.flatMap(({ ordinal, value }) => (typeof value === 'string' ? [] : [{ ordinal, ...value }]));
  await tx.query(
    `UPDATE import_rows r SET number = s.number, text = s.text, payload = NULL, question = NULL
     FROM jsonb_to_recordset($3::jsonb) AS s(ordinal int, number float8, text text)
     WHERE r.user_id = $1::uuid AND r.import_id = $2::uuid AND r.ordinal = s.ordinal`,
    [userId, importId, JSON.stringify(rows)],
  );
}
