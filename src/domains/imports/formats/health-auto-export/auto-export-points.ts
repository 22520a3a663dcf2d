import { DayValues, type DayRule } from '../../day-values.ts';
import type { FileMetric, Reading, Row } from '../../format.ts';
import { knownMetrics } from '../../known-metrics.ts';
import { HealthCalendar, toDayAndTime } from '../apple-health/health-calendar.ts';
import { HealthSources, type HealthSource } from '../apple-health/health-sources.ts';
import { hasNoMetric, LeftOut, toWords } from '../apple-health/left-out.ts';
import { Nights } from '../apple-health/nights.ts';
import { RecentCopies } from '../apple-health/recent-copies.ts';
import type { SurveyedMetric } from './metric-survey.ts';
import { momentOf, type Moment } from './moments.ts';
import { numberOf, textOf, toFields, type Fields } from './point-values.ts';
import { isStretch, readNight, readStretch } from './sleep-points.ts';

/** Who has written what no device is named for. */
const app = 'Health Auto Export';

/** Characters of a tag, and of an id. */
const tagMax = 60;
const idMax = 100;

/** Where a point stands. */
type Point = { metric: SurveyedMetric; fields: Fields; source: HealthSource };

/** Turns the points of metrics, and workouts, into rows. One for all files of an upload. */
export class AutoExportPoints {
  private readonly reading: Reading;
  private readonly calendar: HealthCalendar;
  private readonly sources = new HealthSources();
  private readonly copies = new RecentCopies();
  private readonly days = new DayValues();
  private readonly nights = new Nights();
  private readonly leftOut = new LeftOut();
  /** Numbers of metrics' names, by which copies are told apart. */
  private readonly names = new HealthSources();
  private rows: Row[] = [];
  /** Points and workouts so far. */
  row = 0;

  constructor(reading: Reading) {
    this.reading = reading;
    this.calendar = new HealthCalendar((date, time) => reading.dayOf(date, time));
  }

  /** Takes a point. @param problem why its value could not be held */
  takePoint(metric: SurveyedMetric, value: unknown, problem: string | null): void {
    this.row++;
    if (metric.kind === 'NONE') return this.leftOut.add(hasNoMetric(metric.name));
    const fields = toFields(value);
    if (!fields) return this.reject(problem ?? 'The point is no object.');
    const point = { metric, fields, source: this.sources.find(sourceOf(metric, fields)) };
    if (metric.kind === 'SLEEP') this.takeSleep(point);
    else this.takeMeasurement(point);
  }

  takeWorkout(fields: Fields): void {
    this.row++;
    const name = textOf(fields, 'name');
    const start = momentOf(this.calendar, textOf(fields, 'start', 'startDate'));
    const end = momentOf(this.calendar, textOf(fields, 'end', 'endDate'));
    if (!start || !end) return this.reject('The start or the end is no date that can be read.');
    if (end.instant < start.instant) return this.reject('The workout ends before it begins.');
    if (this.copies.add(-1, 0, start.instant, end.instant, name)) return;
    const metric = this.reading.metric(knownMetrics.workout);
    // The cut may go through a pair of surrogates.
    const tags = [
      name
        .slice(0, tagMax)
        .replace(/[\ud800-\udbff]$/, '')
        .trim() || 'Other',
    ];
    const id = textOf(fields, 'id');
    const key = id !== '' && id.length <= idMax ? id : null;
    this.rows.push({ ...this.placeOf(metric, start, app), value: end.instant - start.instant, tags, key });
  }

  leaveOut(section: string): void {
    this.row++;
    this.leftOut.add(hasNoMetric(toWords(section)));
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

  private takeMeasurement(point: Point): void {
    const { metric, fields, source } = point;
    const moment = momentOf(this.calendar, textOf(fields, 'date', 'startDate'));
    if (!moment) return this.reject('The date is none that can be read.');
    const numbers = numbersOf(metric, fields);
    if (numbers.some((each) => Number.isNaN(each))) return this.reject('The value is no number.');
    const name = this.names.find(metric.name).id;
    // Two files of an upload may overlap.
    if (this.copies.add(name, source.id, moment.instant, 0, numbers.join(' '))) return;
    if (metric.kind === 'BLOOD_PRESSURE') this.takePressure(point, moment, numbers);
    else if (metric.kind === 'MINDFUL') this.addToDay(knownMetrics.mindful, moment, source, numbers[0]! * 60, 'SUM');
    else if (metric.kind === 'STAND') this.addToDay(knownMetrics.standHours, moment, source, numbers[0]!, 'SUM');
    else this.takeQuantity(point, moment, numbers[0]!);
  }

  private takeQuantity({ metric, source }: Point, moment: Moment, number: number): void {
    const { convert, quantity } = metric;
    if (!convert) return this.reject('The unit is none that this type is known to have.');
    const value = convert(number);
    if (quantity!.rule !== 'EACH') return this.addToDay(quantity!.metric, moment, source, value, quantity!.rule);
    this.addEach(metric, quantity!.metric, moment, source, value);
  }

  private takePressure({ metric, source }: Point, moment: Moment, [systolic, diastolic]: number[]): void {
    this.addEach(metric, knownMetrics.systolic, moment, source, systolic!);
    this.addEach(metric, knownMetrics.diastolic, moment, source, diastolic!);
  }

  private takeSleep({ metric, fields, source }: Point): void {
    const base = { row: this.row, device: source.device };
    if (isStretch(fields)) {
      const stretch = readStretch(this.calendar, fields);
      if (typeof stretch === 'string') this.reject(stretch);
      else this.nights.add({ ...base, ...stretch });
      return;
    }
    const rows = readNight(this.calendar, fields, metric.units, base, (each) => this.reading.metric(each));
    if (typeof rows === 'string') return this.reject(rows);
    const content = rows.map(({ date, time, value }) => `${date} ${time} ${String(value)}`).join();
    if (!this.copies.add(-2, source.id, 0, 0, content)) this.rows.push(...rows);
  }

  private addToDay(wanted: FileMetric, moment: Moment, { device }: HealthSource, value: number, rule: DayRule): void {
    const metric = this.reading.metric(wanted);
    const date = this.calendar.dayAt(moment.text);
    this.days.add({ metric, date, time: null, device }, value, { rule, row: this.row });
  }

  private addEach(
    { isDaily }: SurveyedMetric,
    wanted: FileMetric,
    moment: Moment,
    { device }: HealthSource,
    value: number,
  ): void {
    const place = this.placeOf(this.reading.metric(wanted), moment, device);
    // The one value of a day has no time; it is not measured at midnight.
    const when = isDaily ? { date: toDayAndTime(moment.local).date, time: null, key: 'day' } : {};
    this.rows.push({ ...place, ...when, value: Number(value.toPrecision(12)) });
  }

  private placeOf(metric: number, { local, text }: Moment, device: string | null): Omit<Row, 'value'> {
    return { row: this.row, metric, date: this.calendar.dayAt(text), time: toDayAndTime(local).time, device };
  }

  private reject(reason: string): void {
    this.reading.reject(this.row, reason);
  }
}

/** Points that are summed up have no device of their own, and name another mixture of them every hour. */
function sourceOf({ isSummarised, kind }: SurveyedMetric, fields: Fields): string {
  const named = textOf(fields, 'sleepSource', 'source');
  const isOfDevice = (kind === 'SLEEP' || !isSummarised) && named !== '' && !named.includes('|');
  return isOfDevice ? named : app;
}

/** The numbers of a point; a heart rate that is summed up has three, of which the mean counts. */
function numbersOf({ kind }: SurveyedMetric, fields: Fields): number[] {
  if (kind === 'BLOOD_PRESSURE') return [numberOf(fields, 'systolic'), numberOf(fields, 'diastolic')];
  return [numberOf(fields, 'qty', 'Avg', 'avg')];
}
