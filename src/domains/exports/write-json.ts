import { readMoment, type Moment } from '../../changes/moments.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { readPastEntries } from '../entries/past-entries.ts';
import type { Selection } from './input.ts';
import { readAhead } from './read-ahead.ts';
import { readPastInsights, readPastMetrics, readPastUser } from './past-state.ts';

/** What the document says it is. */
export const jsonFormat = { format: 'lifegraph', version: 2 } as const;

/** The versions of it that an import reads: 1 has `exportedAt` in the place of `at`. */
export const readableVersions: readonly number[] = [1, jsonFormat.version];

/**
 * The chosen data as one JSON document, written as it is read: the state after the change of one number, whatever happens
 * meanwhile. The same state is always the same text. See docs/export-format.md.
 * @param moment the state; of now when missing
 * @throws ExpectedError CONFLICT when the log no longer tells that state
 */
export async function* writeJson(viewer: Viewer, selection: Selection, moment?: Moment): AsyncGenerator<string> {
  const state = moment ?? (await readMoment(viewer.userId));
  const { metricIds, range } = selection;
  const head = { ...jsonFormat, seq: state.seq, at: state.at, user: await readPastUser(viewer, state) };
  yield JSON.stringify(head).slice(0, -1);
  yield* writeSection('metrics', [await readPastMetrics(viewer, state, metricIds)]);
  yield* writeSection('entries', readAhead(readPastEntries(viewer, state, { metricIds, ...range })));
  yield* writeSection('insights', readPastInsights(viewer, state, metricIds));
  yield '}\n';
}

/** A list in the document; the pages follow each other, so that no more than one is held. */
async function* writeSection(name: string, pages: AsyncIterable<object[]> | object[][]): AsyncGenerator<string> {
  yield `,\n"${name}":[`;
  let separator = '\n';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield separator + page.map((item) => JSON.stringify(item)).join(',\n');
    separator = ',\n';
  }
  yield ']';
}
