import { ConflictError } from '../../kernel/errors.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import type { Sql } from '../../platform/database/database.ts';
import { readDefinitions, type MetricDefinition } from '../metrics/definitions.ts';
import { toShownValue } from '../metrics/rules.ts';
import type { Entry } from './entry.ts';

/** The entry with its value, as the API shows it: what a client merges with. */
const toCurrent = (entry: Entry, { config }: MetricDefinition): object => ({
  ...entry,
  value: toShownValue(config.type, entry),
});

/** The entry is of another version than the one expected. */
export const versionConflict = (current: Entry, definition: MetricDefinition, differing: string[]) =>
  new ConflictError(`The entry has moved on to version ${current.version}.`, toCurrent(current, definition), differing);

/** There is another entry of this id already, maybe one of another metric. */
export async function contentConflict(
  tx: Sql,
  viewer: Viewer,
  current: Entry,
  differing: string[],
): Promise<ConflictError> {
  const definition = (await readDefinitions(viewer, [current.metricId], tx)).get(current.metricId)!;
  const message = 'There is an entry with this id and other content.';
  return new ConflictError(message, toCurrent(current, definition), differing);
}
