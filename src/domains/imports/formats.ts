import { BrokenFileError } from './broken-file.ts';
import type { Format, Source } from './format.ts';
import { csv } from './formats/csv/csv.ts';
import { appleHealth } from './formats/apple-health/apple-health.ts';
import { daylio } from './formats/daylio.ts';
import { exist } from './formats/exist/exist.ts';
import { garmin } from './formats/garmin/garmin.ts';
import { googleTakeout } from './formats/google-takeout/google-takeout.ts';
import { habitBull } from './formats/habitbull.ts';
import { healthAutoExport } from './formats/health-auto-export/health-auto-export.ts';
import { loopHabits } from './formats/loop-habits/loop-habits.ts';
import { nomie } from './formats/nomie/nomie.ts';
import { oura } from './formats/oura/oura.ts';
import { trackAndGraph } from './formats/track-and-graph.ts';
import type { ImportFormat } from './input.ts';

/** Every program whose exports are read: a line each. Asked in this order; what is of none is our own JSON, or a CSV. */
const formats: readonly Format[] = [
  appleHealth,
  healthAutoExport,
  googleTakeout,
  oura,
  garmin,
  loopHabits,
  daylio,
  nomie,
  trackAndGraph,
  habitBull,
  exist,
];

/** How a file is read; undefined for our own JSON. */
export const findFormat = (id: ImportFormat): Format | undefined =>
  [...formats, csv].find((format) => format.id === id);

/** Which format an upload is of. @throws BrokenFileError when it is none */
export async function recogniseFormat(source: Source): Promise<ImportFormat> {
  for (const format of formats) if (await format.recognise(source)) return format.id;
  if (source.isArchive)
    throw new BrokenFileError(
      `The archive is of no program that is known here: ${formats.map(({ label }) => label).join(', ')}. Name its format, or upload a file of it by itself.`,
    );
  const [file] = source.files;
  return /^\s*[{[]/.test((await file?.head()) ?? '') ? 'JSON' : 'CSV';
}
