import { DayValues } from '../../day-values.ts';
import type { Reading, Row } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import type { Attributes } from './export-elements.ts';
import { HealthCalendar, tidyTime, toDayAndTime } from './health-calendar.ts';
import { HealthSources, type HealthSource } from './health-sources.ts';
import { hasNoMetric, LeftOut, toWords } from './left-out.ts';
import { Nights, sleepMax, type SleepKind } from './nights.ts';
import { RecentCopies } from './recent-copies.ts';
import { RecordTypes, type RecordType } from './record-types.ts';
import { converterOf } from './units.ts';

/** A record that has its dates, and is no copy. */
type Timed = { source: HealthSource; start: number; end: number; startText: string; endText: string };

/**
 * Turns the elements of an export into rows. Called millions of times: it makes as little as it can for each record, and finds out
 * once what is the same for all of a type, a source or a day.
 */
export class HealthRecords {
  private readonly reading: Reading;
  private readonly calendar: HealthCalendar;
  private readonly types = new RecordTypes();
  private readonly sources = new HealthSources();
  private readonly copies = new RecentCopies();
  private readonly days = new DayValues();
  private readonly nights = new Nights();
  private readonly leftOut = new LeftOut();
  private rows: Row[] = [];
  /** The elements so far. */
  row = 0;

  constructor(reading: Reading) {
    this.reading = reading;
    this.calendar = new HealthCalendar((date, time) => reading.dayOf(date, time));
  }

  take(name: string, attributes: Attributes): void {
    if (name === 'ExportDate' || name === 'Me') return;
    this.row++;
    if (name === 'Record') this.takeRecord(attributes);
    else if (name === 'Workout') this.takeWorkout(attributes);
    else this.leftOut.add(elementsLeftOut.get(name) ?? hasNoMetric(name));
  }

  /** What has become rows since the last time. */
  drain(): Row[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  /** What shows only when all has been read. */
  *rest(): Generator<Row[]> {
    this.leftOut.report((what, records) => this.reading.leaveOut(what, records));
    yield* this.nights.rows((metric) => this.reading.metric(metric));
    yield* this.days.rows();
  }

  private takeRecord(attributes: Attributes): void {
    const name = attributes['type'];
    if (!name) return this.reject('The record has no type.');
    const type = this.types.find(name);
    if (type.kind === 'NONE') return this.leftOut.add(type.leftOut);
    const timed = this.time(attributes, type.id, attributes['value'] ?? '');
    if (!timed) return;
    if (type.kind === 'SLEEP') this.takeSleep(attributes, timed);
    else if (type.kind === 'MINDFUL') this.takeMindful(timed);
    else if (type.kind === 'STAND') this.takeStandHour(attributes, timed);
    else this.takeQuantity(type, attributes, timed);
  }

  private takeQuantity(type: RecordType, attributes: Attributes, timed: Timed): void {
    const quantity = type.quantity!;
    const number = toNumber(attributes['value'] ?? '');
    if (Number.isNaN(number)) return this.reject('The value is no number.');
    const convert = type.converter(attributes['unit'] ?? '');
    if (!convert) return this.reject('The unit is none that this type is known to have.');
    const metric = (type.metric ??= this.reading.metric(quantity.metric));
    const value = convert(number);
    const text = quantity.isOfWakeDay ? timed.endText : timed.startText;
    // What a factor adds behind the twelfth digit is noise.
    if (quantity.rule === 'EACH') return this.addEach(metric, Number(value.toPrecision(12)), timed);
    const day = { metric, date: this.calendar.dayAt(text), time: null, device: timed.source.device };
    this.days.add(day, value, { rule: quantity.rule, row: this.row });
  }

  private takeSleep(attributes: Attributes, { source, start, end, endText }: Timed): void {
    const kind = sleepValues.get(attributes['value'] ?? '');
    if (!kind) return this.reject('The value is none that a sleep is known to have.');
    if (end < start) return this.reject('The sleep ends before it begins.');
    if (end - start > sleepMax) return this.reject('The sleep lasts for more than a day.');
    const local = this.calendar.local(endText);
    this.nights.add({ row: this.row, device: source.device, kind, start, end, local });
  }

  private takeMindful(timed: Timed): void {
    if (timed.end < timed.start) return this.reject('The session ends before it begins.');
    this.addEach(this.reading.metric(knownMetrics.mindful), timed.end - timed.start, timed);
  }

  /** A stand hour is a record for each hour: one that was stood in, or was idle. */
  private takeStandHour(attributes: Attributes, { source, startText }: Timed): void {
    const day = { date: this.calendar.dayAt(startText), time: null, device: source.device };
    const isStood = attributes['value'] === 'HKCategoryValueAppleStandHourStood';
    const metric = this.reading.metric(knownMetrics.standHours);
    this.days.add({ metric, ...day }, isStood ? 1 : 0, { rule: 'SUM', row: this.row });
  }

  private takeWorkout(attributes: Attributes): void {
    const activity = attributes['workoutActivityType'] ?? '';
    const timed = this.time(attributes, 0, activity);
    if (!timed) return;
    const written = attributes['duration'];
    const convert = converterOf('duration', attributes['durationUnit'] ?? 'min');
    const value = written === undefined || !convert ? timed.end - timed.start : convert(toNumber(written));
    // NaN is no duration either.
    if (!(value >= 0)) return this.reject('The workout has no duration.');
    const seconds = Number(value.toFixed(3));
    const tags = [toWords(activity.replace(/^HKWorkoutActivityType/, '') || 'Other')];
    this.addEach(this.reading.metric(knownMetrics.workout), seconds, timed, tags);
    this.leftOut.add(workoutTotals);
  }

  private addEach(metric: number, value: number, { source, startText }: Timed, tags?: string[]): void {
    const { time } = toDayAndTime(this.calendar.local(startText));
    const row: Row = {
      row: this.row,
      metric,
      date: this.calendar.dayAt(startText),
      time,
      value,
      device: source.device,
    };
    this.rows.push(tags ? { ...row, tags } : row);
  }

  /** @returns null when the record has no dates, which is said, or is a copy, which is not */
  private time(attributes: Attributes, type: number, value: string): Timed | null {
    const source = this.sources.find(attributes['sourceName'] ?? '');
    const startText = attributes['startDate'] ?? '';
    const endText = attributes['endDate'] ?? startText;
    const start = this.calendar.instant(startText);
    // Most records are of a moment.
    const end = endText === startText ? start : this.calendar.instant(endText);
    if (Number.isNaN(start - end)) return this.retime(attributes, type, value, startText, endText);
    return this.copies.add(type, source.id, start, end, value) ? null : { source, start, end, startText, endText };
  }

  /** The same for dates that are written otherwise. */
  private retime(
    attributes: Attributes,
    type: number,
    value: string,
    startText: string,
    endText: string,
  ): Timed | null {
    const [startDate, endDate] = [tidyTime(startText), tidyTime(endText)];
    const isTidy = startDate !== null && endDate !== null;
    const isDate = isTidy && !Number.isNaN(this.calendar.instant(startDate) - this.calendar.instant(endDate));
    if (isDate) return this.time({ ...attributes, startDate, endDate }, type, value);
    this.reject('The start or the end is no date that can be read.');
    return null;
  }

  private reject(reason: string): void {
    this.reading.reject(this.row, reason);
  }
}

const sleepPrefix = 'HKCategoryValueSleepAnalysis';
const sleepValues = new Map<string, SleepKind>([
  [`${sleepPrefix}InBed`, 'IN_BED'],
  // Before iOS 16, and of devices that do not tell stages apart.
  [`${sleepPrefix}Asleep`, 'ASLEEP'],
  [`${sleepPrefix}AsleepUnspecified`, 'ASLEEP'],
  [`${sleepPrefix}AsleepCore`, 'CORE'],
  [`${sleepPrefix}AsleepDeep`, 'DEEP'],
  [`${sleepPrefix}AsleepREM`, 'REM'],
  [`${sleepPrefix}Awake`, 'AWAKE'],
]);

const workoutTotals = 'Distance, energy and heart rate of single workouts: the records of the day have them';
const elementsLeftOut = new Map([
  ['ActivitySummary', 'Activity rings (ActivitySummary): the records they sum up are taken instead'],
  ['Correlation', 'Groups of records (Correlation): their records stand alone as well'],
]);

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** NaN for what nobody has measured: an empty text, 0x10, Infinity. */
function toNumber(text: string): number {
  const value = decimal.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}
