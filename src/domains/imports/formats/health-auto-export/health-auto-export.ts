import { BrokenFileError } from '../../broken-file.ts';
import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import { AutoExportPoints } from './auto-export-points.ts';
import { readJsonValues, type JsonValue } from '../../json-values.ts';
import { surveyMetrics, type SurveyedMetric } from './metric-survey.ts';

/**
 * What the app Health Auto Export writes as JSON, or sends: `data.metrics[]` with `name`, `units` and `data[]` of points, and
 * `data.workouts[]`; a file alone, or many in an archive. Its author documents the shape of the points; the other names of
 * metrics, the fields of sleeps with stages, the sources of points and the ids of workouts are known from files alone.
 */
export const healthAutoExport: Format = {
  id: 'HEALTH_AUTO_EXPORT',
  label: 'Health Auto Export',
  recognise: async ({ files }) => (await findExports(files, candidatesMax)).length > 0,
  read: readExports,
};

async function* readExports({ files }: Source, reading: Reading): AsyncGenerator<readonly Row[]> {
  const exports = await findExports(files, Infinity);
  const points = new AutoExportPoints(reading);
  for (const file of exports) yield* readExport(file, points);
  if (points.row === 0)
    throw new BrokenFileError(
      'The file holds no metrics: a JSON of Health Auto Export with "data" and "metrics" is expected.',
    );
  yield* points.rest();
}

/** Other lists that the app can write; there is no metric for what is in them. */
const otherSections = [
  'symptoms',
  'ecg',
  'heartRateNotifications',
  'stateOfMind',
  'medications',
  'cycleTracking',
] as const;
/** A workout may bring its route and every heartbeat: its fields are read one by one. */
const workoutFields = ['id', 'name', 'start', 'startDate', 'end', 'endDate'] as const;

const patterns = [
  ['data', 'metrics', '*', 'data', '*'],
  ...workoutFields.map((field) => ['data', 'workouts', '*', field]),
  ...otherSections.map((section) => ['data', section, '*']),
];

/** Reads a file twice: what a metric is called, and its unit, may stand behind its points. */
async function* readExport(file: SourceFile, points: AutoExportPoints): AsyncGenerator<Row[]> {
  const metrics = await surveyMetrics(file.text());
  const workouts = new Workouts(points);
  for await (const values of readJsonValues(file.text(), patterns)) {
    for (const value of values) take(value, metrics, workouts, points);
    yield points.drain();
  }
  workouts.finish();
  yield points.drain();
}

function take(json: JsonValue, metrics: SurveyedMetric[], workouts: Workouts, points: AutoExportPoints): void {
  const { path, value, problem } = json;
  const [, section, place, field] = path;
  if (section === 'workouts') return workouts.take(Number(place), String(field), value);
  if (section !== 'metrics') return points.leaveOut(String(section));
  const metric = metrics[Number(place)];
  if (metric) points.takePoint(metric, value, problem);
}

/** Puts the fields of workouts together; they come one after the other. */
class Workouts {
  private readonly points: AutoExportPoints;
  private place = -1;
  private fields: Record<string, unknown> = {};

  constructor(points: AutoExportPoints) {
    this.points = points;
  }

  take(place: number, field: string, value: unknown): void {
    if (place !== this.place) this.finish();
    this.place = place;
    this.fields[field] = value;
  }

  finish(): void {
    if (this.place >= 0) this.points.takeWorkout(this.fields);
    this.place = -1;
    this.fields = {};
  }
}

/** Files of an archive that are looked at before it is taken for something else. */
const candidatesMax = 20;

async function findExports(files: readonly SourceFile[], max: number): Promise<SourceFile[]> {
  const candidates = files.length === 1 ? files : files.filter(({ name }) => /\.json$/i.test(name));
  const found: SourceFile[] = [];
  for (const file of candidates.slice(0, max)) if (beginning.test(await file.head())) found.push(file);
  return found;
}

const sections = ['metrics', 'workouts', ...otherSections].join('|');
/** {"data":{"metrics":[ … or another of the lists that the app writes. */
const beginning = new RegExp(`^\\s*\\{\\s*"data"\\s*:\\s*\\{\\s*"(?:${sections})"\\s*:\\s*\\[`);
