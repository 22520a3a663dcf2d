import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fromDayNumber, toDayNumber } from '../../src/kernel/civil-time.ts';

/** Entries of a long life; `LIFE=200000` makes it smaller for a quick look. */
export const lifeEntries = Number(process.env['LIFE'] ?? 1_000_000);

const metrics = [
  'Steps',
  'Weight',
  'Sleep',
  'Mood',
  'Water',
  'Pulse',
  'Coffee',
  'Reading',
  'Running',
  'Screen',
] as const;
/** Days that the entries are spread over: thirteen years, with some twenty a day and metric when there are a million. */
const days = 4800;
const firstDay = toDayNumber('2012-01-01');
/** Lines that are made at once. */
const page = 5000;

/** Writes a CSV with so many entries, each of its own, every tenth with a note. */
export async function writeLife(path: string, entries: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('date,time,metric,value,notes\n');
  for (let from = 0; from < entries; from += page) {
    const lines = Array.from({ length: Math.min(page, entries - from) }, (_, i) => toLine(from + i));
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

function toLine(ordinal: number): string {
  const day = fromDayNumber(firstDay + (Math.floor(ordinal / metrics.length) % days));
  const minute = Math.floor(ordinal / metrics.length / days) % 1440;
  const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const note = ordinal % 10 === 7 ? `Slept well, walked to work, number ${ordinal}.` : '';
  return `${day},${time},${metrics[ordinal % metrics.length]},${((ordinal * 7919) % 100_003) / 8},${note && `"${note}"`}\n`;
}
