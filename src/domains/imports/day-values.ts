import { BrokenFileError } from './broken-file.ts';
import type { Row } from './format.ts';

/** What many records of a day come to. */
type DayValue = {
  metric: number;
  date: string;
  device: string | null;
  row: number;
  records: number;
  sum: number;
  weight: number;
  last: number;
  lastTime: string;
};

/** How the records of a day become its value: SUM of amounts, MEAN of measurements (weighted), or the LAST one by the clock. */
export type DayRule = 'SUM' | 'MEAN' | 'LAST';

/** Values of days that are held at once: hundreds of metrics over tens of years. */
const valuesMax = 400_000;

/** Rows of a batch. */
const batch = 2000;

/**
 * Sums up what devices record by the minute: a value for each metric, device and day. A life of heartbeats would be
 * millions of entries, and nothing here asks for more than the day (docs/decisions/0014).
 */
export class DayValues {
  private readonly values = new Map<string, DayValue>();
  private readonly rules = new Map<number, DayRule>();

  /** Takes a record in. @param weight of a mean, the length of what was measured, say @param row of the report */
  add(
    { metric, date, time, device }: Pick<Row, 'metric' | 'date' | 'time' | 'device'>,
    value: number,
    { rule, row, weight = 1 }: { rule: DayRule; row: number; weight?: number },
  ): void {
    const day = this.find(metric, date, device ?? null, row);
    this.rules.set(metric, rule);
    day.records++;
    day.sum += rule === 'MEAN' ? value * weight : value;
    day.weight += weight;
    if ((time ?? '') < day.lastTime) return;
    day.last = value;
    day.lastTime = time ?? '';
  }

  /** The values of all days, in batches. */
  *rows(): Generator<Row[]> {
    let rows: Row[] = [];
    for (const day of this.values.values()) {
      rows.push(this.toRow(day));
      if (rows.length < batch) continue;
      yield rows;
      rows = [];
    }
    yield rows;
  }

  private find(metric: number, date: string, device: string | null, row: number): DayValue {
    const key = `${metric} ${date} ${device ?? ''}`;
    const known = this.values.get(key);
    if (known) return known;
    if (this.values.size >= valuesMax)
      throw new BrokenFileError(`The file has values for more than ${valuesMax} days of metrics.`);
    const day: DayValue = { metric, date, device, row, records: 0, sum: 0, weight: 0, last: 0, lastTime: '' };
    this.values.set(key, day);
    return day;
  }

  private toRow({ metric, date, device, row, records, sum, weight, last }: DayValue): Row {
    const rule = this.rules.get(metric);
    const value = rule === 'LAST' ? last : rule === 'MEAN' ? sum / weight : sum;
    // What a sum of many decimals adds behind the twelfth digit is noise, and would differ with their order.
    return { row, metric, date, time: null, value: Number(value.toPrecision(12)), device, key: 'day', records };
  }
}
