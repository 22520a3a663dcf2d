import type { Insight } from '../../../generated/prisma/client.ts';
import { readHead } from '../../changes/replay.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { prisma } from '../../platform/database/database.ts';
import { getUser } from '../accounts/accounts.ts';
import type { Entry, EntryWithMetric } from '../entries/entry.ts';
import { readEntries } from '../entries/read-entries.ts';
import { toSnapshot as toInsight } from '../insights/insights.ts';
import { readMetrics, toSnapshot as toMetric } from '../metrics/metrics.ts';
import type { Selection } from './input.ts';

/** What the document says it is; the import refuses any other. */
export const jsonFormat = { format: 'lifegraph', version: 1 } as const;

const insightPage = 500;

/**
 * The chosen data as one JSON document, written as it is read.
 *
 * `seq` is the number of the person's newest change before the first row was read. What changes while the document is
 * being written may be in it or not; a client that replays the changes after `seq` ends at the same state either way.
 */
export async function* writeJson(viewer: Viewer, selection: Selection): AsyncGenerator<string> {
  const seq = await readHead(viewer.userId);
  const head = { ...jsonFormat, exportedAt: new Date(), seq, user: await readUser(viewer) };
  yield JSON.stringify(head).slice(0, -1);
  yield* writeSection('metrics', readChosenMetrics(viewer, selection));
  yield* writeSection('entries', readChosenEntries(viewer, selection));
  yield* writeSection('insights', readChosenInsights(viewer, selection));
  yield '}\n';
}

/** A list in the document; the pages follow each other, so that no more than one is held. */
async function* writeSection(name: string, pages: AsyncIterable<object[]>): AsyncGenerator<string> {
  yield `,\n"${name}":[`;
  let separator = '\n';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield separator + page.map((item) => JSON.stringify(item)).join(',\n');
    separator = ',\n';
  }
  yield ']';
}

async function readUser(viewer: Viewer): Promise<object | null> {
  const user = await getUser(viewer);
  if (!user) return null;
  const { id, email, timeZone, dayStartsAt, preferences, createdAt } = user;
  return { id, email, timeZone, dayStartsAt, preferences, createdAt };
}

async function* readChosenMetrics(viewer: Viewer, { metricIds }: Selection): AsyncGenerator<object[]> {
  const metrics = await readMetrics(viewer);
  yield metrics.filter(({ id }) => !metricIds || metricIds.includes(id)).map(toMetric);
}

async function* readChosenEntries(viewer: Viewer, { metricIds, range }: Selection): AsyncGenerator<object[]> {
  for await (const page of readEntries(viewer, { metricIds, ...range })) yield page.map(toEntry);
}

/** Without the import it came with: that one is no part of the document, so the id would lead nowhere. */
function toEntry({ metric: _m, importId: _i, ...entry }: EntryWithMetric): Omit<Entry, 'importId'> {
  return entry;
}

/** Insights speak of metrics: with a choice of metrics, only those that speak of nothing else. */
async function* readChosenInsights({ userId }: Viewer, { metricIds }: Selection): AsyncGenerator<object[]> {
  const isChosen = (insight: Insight) => !metricIds || insight.metricIds.every((id) => metricIds.includes(id));
  for (let after: string | undefined; ;) {
    const where = { userId, id: { gt: after } };
    const page = await prisma().insight.findMany({ where, orderBy: { id: 'asc' }, take: insightPage });
    yield page.filter(isChosen).map(toInsight);
    if (page.length < insightPage) return;
    after = page.at(-1)!.id;
  }
}
