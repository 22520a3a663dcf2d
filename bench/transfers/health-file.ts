import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** Kinds of records, the unit of each, and the devices that write it in turns. */
const kinds = [
  ['StepCount', 'count', ['iPhone', 'Apple Watch']],
  ['HeartRate', 'count/min', ['Apple Watch']],
  ['ActiveEnergyBurned', 'kcal', ['Apple Watch']],
] as const;
/** The ten years that the records of each kind are spread over. */
const [begin, end] = [Date.UTC(2016, 0, 1), Date.UTC(2026, 0, 1)];
const page = 5000;

/** Writes an export.xml as Apple Health does, with so many records. */
export async function writeHealth(path: string, records: number): Promise<void> {
  const file = createWriteStream(path);
  file.write('<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="en_DE">\n');
  const each = Math.floor(records / kinds.length);
  for (const kind of kinds) {
    for (let from = 0; from < each; from += page) {
      const lines = Array.from({ length: Math.min(page, each - from) }, (_, i) => toRecord(kind, from + i, each));
      if (!file.write(lines.join(''))) await once(file, 'drain');
    }
  }
  file.end('</HealthData>\n');
  await once(file, 'finish');
}

function toRecord([type, unit, devices]: (typeof kinds)[number], ordinal: number, count: number): string {
  const at = begin + Math.floor(((end - begin) * ordinal) / count / 1000) * 1000;
  const [start, stop] = [at, at + 30_000].map(
    (instant) => `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} +0000`,
  );
  const device = devices[ordinal % devices.length]!;
  return ` <Record type="HKQuantityTypeIdentifier${type}" sourceName="${device}" sourceVersion="10.1" device="&lt;&lt;HKDevice: 0x28${ordinal.toString(16)}&gt;, name:${device}, manufacturer:Apple Inc., model:Watch, hardware:Watch6,1, software:10.1&gt;" unit="${unit}" creationDate="${stop}" startDate="${start}" endDate="${stop}" value="${(ordinal % 90) + 40}"/>\n`;
}
