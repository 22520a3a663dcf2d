import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenFileError } from '../../../../src/domains/imports/broken-file.ts';
import { healthAutoExport } from '../../../../src/domains/imports/formats/health-auto-export/health-auto-export.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from './reading.ts';

type Point = Record<string, unknown>;
type Metric = { name?: string; units?: string; data?: Point[] };

const textOf = (metrics: Metric[], more: object = {}) => JSON.stringify({ data: { metrics, ...more } });
const metric = (name: string, units: string, ...data: Point[]): Metric => ({ name, units, data });
const at = (date: string) => `${date} +0100`;

const readText = (text: string, options?: ReadOptions): Promise<Read> =>
  readWith(healthAutoExport, sourceOf({ 'HealthAutoExport.json': text }, false, options?.piece), options);
const read = (...metrics: Metric[]) => readText(textOf(metrics));
const valuesOf = ({ rows }: Read) =>
  rows.map(({ name, date, time, value, device }) => [name, date, time, value, device]);
const reasonsOf = ({ rejected }: Read) => rejected.map(({ row, reason }) => `${row} ${reason}`);

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrokenFileError);
  return (error as BrokenFileError).issues[0]!.message;
}

const app = 'Health Auto Export';
const fixture = textOf(
  [
    metric(
      'step_count',
      'count',
      { qty: 1200, date: at('2026-11-19 08:00:00'), source: 'iPhone|Watch' },
      { qty: 800.5, date: at('2026-11-19 09:00:00'), source: 'Watch' },
      { qty: 300, date: at('2026-11-20 08:00:00'), source: 'iPhone' },
    ),
    metric(
      'heart_rate',
      'bpm',
      { Min: 50, Avg: 60, Max: 90, date: at('2026-11-19 08:00:00') },
      { Min: 55, Avg: 80, Max: 120, date: at('2026-11-19 09:00:00') },
    ),
    metric('blood_pressure', 'mmHg', {
      systolic: 121,
      diastolic: 79,
      date: at('2026-11-19 07:20:13'),
      source: 'Omron',
    }),
    metric('weight_body_mass', 'lb', { qty: 150, date: at('2026-11-19 07:15:42'), source: 'Withings' }),
    metric('sleep_analysis', 'hr', {
      date: at('2026-11-20 00:00:00'),
      asleep: 7.5,
      inBed: 8,
      sleepStart: at('2026-11-19 23:00:00'),
      sleepEnd: at('2026-11-20 06:45:30'),
      sleepSource: 'Watch',
    }),
    metric('mindful_minutes', 'min', { qty: 10, date: at('2026-11-19 21:00:00') }),
    metric(
      'apple_stand_hour',
      'count',
      { qty: 1, date: at('2026-11-19 08:00:00') },
      { qty: 1, date: at('2026-11-19 09:00:00') },
    ),
    metric('environmental_audio_exposure', 'dBASPL', { qty: 61, date: at('2026-11-19 08:00:00') }),
  ],
  {
    workouts: [
      {
        name: 'Running',
        start: at('2026-11-19 18:00:00'),
        end: at('2026-11-19 18:30:00'),
        activeEnergy: { qty: 300, units: 'kcal' },
        route: [{ lat: 1, lon: 2 }],
      },
    ],
    symptoms: [{ name: 'Headache', start: at('2026-11-19 18:00:00') }],
  },
);

describe('a file of Health Auto Export', () => {
  it('is known by how it begins, alone or in an archive', async () => {
    const recognise = (files: Record<string, string>, isArchive: boolean) =>
      healthAutoExport.recognise(sourceOf(files, isArchive));
    expect(await recognise({ x: fixture }, false)).toBe(true);
    expect(await recognise({ 'a/one.json': fixture, 'a/notes.txt': '' }, true)).toBe(true);
    expect(await recognise({ x: JSON.stringify(JSON.parse(fixture), null, 2) }, false)).toBe(true);
    expect(await recognise({ x: '{ "data" : { "workouts" : [ ] } }' }, false)).toBe(true);
  });

  it.each([
    ['{"format":"lifegraph","version":1,"metrics":[],"entries":[]}'],
    ['{"data":[{"day":"2026-11-20"}]}'],
    ['{"metrics":[]}'],
    ['[{"data":{"metrics":[]}}]'],
    ['date,metric,value\n'],
    ['<?xml version="1.0"?><HealthData/>'],
    ['\uFFFD\uFFFD'],
    [''],
  ])('is not %j', async (text) => {
    expect(await healthAutoExport.recognise(sourceOf({ 'x.json': text }, false))).toBe(false);
    expect(await refusal(readText(text))).toMatch(/"data" and "metrics" is expected/);
  });

  it('becomes what was counted by hand', async () => {
    const { rows, rejected, leftOut, questions } = await readText(fixture);
    const shown = rows.map(({ name, date, time, value, device }) => [name, date, time, value, device].join(' | '));
    expect(shown.toSorted()).toEqual(
      [
        `Steps | 2026-11-19 |  | 2000.5 | ${app}`,
        `Steps | 2026-11-20 |  | 300 | ${app}`,
        `Heart rate | 2026-11-19 |  | 70 | ${app}`,
        'Blood pressure, systolic | 2026-11-19 | 07:20:13 | 121 | Omron',
        'Blood pressure, diastolic | 2026-11-19 | 07:20:13 | 79 | Omron',
        'Weight | 2026-11-19 | 07:15:42 | 68.0388555 | Withings',
        'Sleep | 2026-11-20 | 06:45:30 | 27000 | Watch',
        'Time in bed | 2026-11-20 | 06:45:30 | 28800 | Watch',
        `Mindfulness | 2026-11-19 |  | 600 | ${app}`,
        `Stand hours | 2026-11-19 |  | 2 | ${app}`,
        `Workouts | 2026-11-19 | 18:00:00 | 1800 | ${app}`,
      ].toSorted(),
    );
    expect(rows.find(({ name }) => name === 'Workouts')).toMatchObject({ tags: ['Running'], key: null });
    expect(rejected).toEqual([]);
    expect(questions).toEqual([]);
    expect(leftOut).toEqual([
      { what: 'Environmental audio exposure, which Lifegraph has no metric for', records: 1 },
      { what: 'Symptoms, which Lifegraph has no metric for', records: 1 },
    ]);
  });

  it('may have name and units behind the points, and its keys in any order', async () => {
    const turned = JSON.stringify(JSON.parse(fixture), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    ).replace(/^\{"data":\{"symptoms":\[.*?\],/, '{"data":{');
    const { rows } = await readText(turned);
    const expected = await readText(fixture);
    expect(turned.indexOf('"step_count"')).toBeGreaterThan(turned.indexOf('"qty":1200'));
    expect(new Set(valuesOf({ ...expected, rows }).map(String))).toEqual(new Set(valuesOf(expected).map(String)));
  });

  it('is the same in pieces of any length, and written on many lines', async () => {
    const whole = await readText(fixture);
    for (const piece of [1, 7, 65_536]) expect(await readText(fixture, { piece })).toEqual(whole);
    const lines = JSON.stringify(JSON.parse(fixture), null, 2);
    expect(await readText(lines.replaceAll('\n', '\r\n'))).toEqual(whole);
  });

  it('may be one of many in an archive, which overlap', async () => {
    const one = textOf([metric('step_count', 'count', { qty: 1, date: at('2026-11-19 08:00:00') })]);
    const two = textOf([
      metric(
        'step_count',
        'count',
        { qty: 1, date: at('2026-11-19 08:00:00') },
        { qty: 2, date: at('2026-11-19 09:00:00') },
      ),
    ]);
    const source = sourceOf({ 'x/1.json': one, 'x/2.json': two, 'x/other.json': '{"a":1}', 'x/readme.txt': one }, true);
    expect(valuesOf(await readWith(healthAutoExport, source))).toEqual([['Steps', '2026-11-19', null, 3, app]]);
  });

  it('with nothing in it is refused, and so is one whose end is missing', async () => {
    expect(await refusal(readText('{"data":{"metrics":[]}}'))).toMatch(/holds no metrics/);
    for (let length = 30; length < fixture.length; length += 101)
      expect(await refusal(readText(fixture.slice(0, length)))).toMatch(/not JSON, or its end is missing/);
    expect(await refusal(readText(`${fixture.slice(0, 40)}\uFFFD${fixture.slice(40)}}`))).toMatch(/not JSON/);
  });

  it('may be left in the middle, and is read no further then', async () => {
    const points = Array.from({ length: 50_000 }, (_, i) => ({ qty: i, date: at('2026-11-19 07:15:42') }));
    const [file] = sourceOf({ x: textOf([metric('weight_body_mass', 'kg', ...points)]) }, false, 10_000).files;
    let pieces = 0;
    const text = async function* () {
      for await (const piece of file!.text()) {
        pieces++;
        yield piece;
      }
    };
    const reading = { metric: () => 0, dayOf: (date: string) => date, leaveOut: () => {}, reject: () => {} };
    for await (const _ of healthAutoExport.read({ isArchive: false, files: [{ ...file!, text }] }, reading as never))
      break;
    const before = pieces;
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Once to the end, for the names; then only so far.
    expect(pieces - before).toBeLessThan(3);
    expect(pieces).toBeLessThan(1.5 * (JSON.stringify(points).length / 10_000));
  });
});

describe('points of a metric', () => {
  const steps = (...data: Point[]) => metric('step_count', 'count', ...data);

  it('that the app has summed up add up, whichever mixture of devices each of them names', async () => {
    const { rows } = await read(
      steps(
        { qty: 100, date: at('2026-11-19 08:00:00'), source: 'iPhone' },
        { qty: 200, date: at('2026-11-19 09:00:00'), source: 'Watch' },
      ),
    );
    expect(rows).toMatchObject([{ value: 300, device: app, key: 'day', records: 2 }]);
  });

  it('that devices wrote to the second never add up across devices', async () => {
    const { rows } = await read(
      steps(
        { qty: 100, date: at('2026-11-19 08:00:13'), source: 'iPhone' },
        { qty: 110, date: at('2026-11-19 08:00:20'), source: 'Ada’s Apple\u00a0Watch' },
        { qty: 50, date: at('2026-11-19 09:00:00'), source: 'iPhone' },
      ),
    );
    expect(rows.map(({ device, value }) => [device, value])).toEqual([
      ['iPhone', 150],
      ['Ada’s Apple Watch', 110],
    ]);
  });

  it('count once when they are there twice', async () => {
    const point = { qty: 100, date: at('2026-11-19 08:00:00') };
    const { rows } = await read(steps(point, point), steps(point), metric('flights_climbed', 'count', point));
    expect(rows.map(({ name, value }) => [name, value])).toEqual([
      ['Steps', 100],
      ['Floors climbed', 100],
    ]);
  });

  it('that stand for a day have no time, and a newer export may change them', async () => {
    const { rows } = await read(
      metric(
        'weight_body_mass',
        'kg',
        { qty: 70, date: at('2026-11-19 00:00:00') },
        { qty: 71, date: at('2026-11-20 00:00:00') },
      ),
    );
    expect(rows).toMatchObject([
      { date: '2026-11-19', time: null, value: 70, key: 'day' },
      { date: '2026-11-20', time: null, value: 71, key: 'day' },
    ]);
  });

  it('belong to the day that their own wall clock shows, and count to the day before while it has not begun', async () => {
    const text = textOf([
      metric(
        'weight_body_mass',
        'kg',
        { qty: 70, date: '2026-11-19 03:59:10 -0800' },
        { qty: 71, date: '2026-11-19 23:30:10 +1300' },
        { qty: 72, date: '2026-11-19 7:30:10 PM +0100' },
        { qty: 73, date: '2026-11-19T19:30:11Z' },
      ),
    ]);
    const { rows } = await readText(text, { dayStartsAt: 4 });
    expect(rows.map(({ date, time }) => `${date} ${time}`)).toEqual([
      '2026-11-18 03:59:10',
      '2026-11-19 23:30:10',
      '2026-11-19 19:30:10',
      '2026-11-19 19:30:11',
    ]);
  });

  it.each([
    ['walking_running_distance', 'mi', 2, 'Distance', 3.218688],
    ['active_energy', 'kJ', 418.4, 'Active energy', 100],
    ['apple_exercise_time', 'min', 30, 'Exercise', 1800],
    ['blood_oxygen_saturation', '%', 97, 'Oxygen saturation', 97],
    ['blood_oxygen_saturation', '%', 0.97, 'Oxygen saturation', 97],
    ['body_temperature', 'degF', 98.6, 'Body temperature', 37],
    ['blood_glucose', 'mmol/L', 5, 'Blood glucose', 90.07794],
    ['vo2_max', 'ml/(kg·min)', 41, 'VO2 max', 41],
    ['dietary_water', 'fl_oz_us', 8, 'Water', 236.5882365],
    ['Heart Rate Variability', 'ms', 42, 'Heart rate variability', 42],
  ])('of %s in %s are converted', async (name, units, qty, expectedName, value) => {
    const { rows } = await read(metric(name, units, { qty, date: at('2026-11-19 08:00:00') }));
    expect(rows.map((row) => [row.name, row.value])).toEqual([[expectedName, expect.closeTo(value, 6)]]);
  });

  it('are refused when date, value or unit cannot be read', async () => {
    const date = at('2026-11-19 08:00:00');
    const refused = await read(
      steps(
        { qty: 1 },
        { qty: 1, date: '19.11.2026' },
        { qty: 1, date: 5 },
        { date },
        { qty: 'many', date },
        { qty: null, date },
      ),
      metric('blood_pressure', 'mmHg', { systolic: 120, date }),
      metric('weight_body_mass', 'hr', { qty: 70, date }),
      { name: 'weight_body_mass', data: [{ qty: 71, date }] },
    );
    expect(refused.rows).toEqual([]);
    expect(reasonsOf(refused)).toEqual([
      '1 The date is none that can be read.',
      '2 The date is none that can be read.',
      '3 The date is none that can be read.',
      '4 The value is no number.',
      '5 The value is no number.',
      '6 The value is no number.',
      '7 The value is no number.',
      '8 The unit is none that this type is known to have.',
      '9 The unit is none that this type is known to have.',
    ]);
  });

  it('that are no points are refused one by one', async () => {
    const points = [
      1,
      'x',
      null,
      [],
      { qty: 1, date: 'x'.repeat(300_000) },
      { qty: 5, date: at('2026-11-19 08:00:00') },
    ];
    const { rows, rejected } = await read({ name: 'step_count', units: 'count', data: points as Point[] });
    expect(rows).toHaveLength(1);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      ...Array.from({ length: 4 }, () => 'The point is no object.'),
      'This item is too large.',
    ]);
  });

  it('of a metric without a name, or of one of a prototype, are left out', async () => {
    const data = [{ qty: 1, date: at('2026-11-19 08:00:00') }];
    const { rows, leftOut } = await read({ data }, { name: 'constructor', units: 'count', data }, { name: '', data });
    expect(rows).toEqual([]);
    expect(leftOut.reduce((sum, { records }) => sum + records, 0)).toBe(3);
  });

  it('of more metrics than any export has are refused', async () => {
    const many = Array.from({ length: 2001 }, () => ({ name: 'x', data: [] }));
    expect(await refusal(read(...many))).toMatch(/more than 2000 metrics/);
  });
});

describe('a sleep', () => {
  const night = (fields: Point) =>
    read(
      metric('sleep_analysis', 'hr', {
        date: at('2026-11-20 00:00:00'),
        sleepStart: at('2026-11-19 23:00:00'),
        sleepEnd: at('2026-11-20 07:00:00'),
        ...fields,
      }),
    );
  const hoursOf = ({ rows }: Read) => Object.fromEntries(rows.map(({ name, value }) => [name, Number(value) / 3600]));

  it('with stages is as long as all of them, and has no time in bed that was not measured', async () => {
    const stages = { core: 4, deep: 1, rem: 2, awake: 0.5, inBed: 0 };
    const expected = { Sleep: 7, 'Light sleep': 4, 'Deep sleep': 1, 'REM sleep': 2, 'Awake at night': 0.5 };
    expect(hoursOf(await night({ ...stages, asleep: 0, totalSleep: 7 }))).toEqual(expected);
    expect(hoursOf(await night({ ...stages, asleep: 0 }))).toEqual(expected);
    expect(hoursOf(await night({ ...stages, asleep: 7 }))).toEqual(expected);
  });

  it('never takes time in bed for time asleep', async () => {
    expect(hoursOf(await night({ inBed: 8 }))).toEqual({ 'Time in bed': 8 });
    expect(hoursOf(await night({ inBed: 8, asleep: 7 }))).toEqual({ Sleep: 7, 'Time in bed': 8 });
  });

  it('belongs to the day of waking up, and is known by when it begins', async () => {
    const { rows } = await night({ asleep: 7, date: at('2026-11-19 00:00:00') });
    expect(rows).toMatchObject([{ date: '2026-11-20', time: '07:00:00', key: '2026-11-19T22:00:00Z' }]);
    const dayOnly = await read(metric('sleep_analysis', 'min', { date: at('2026-11-20 00:00:00'), asleep: 420 }));
    expect(dayOnly.rows).toMatchObject([{ date: '2026-11-20', time: null, key: 'day', value: 25_200 }]);
  });

  it('that is not summed up is put together from its stretches', async () => {
    const stretch = (value: string, startDate: string, endDate: string, source = 'Watch') => ({
      value,
      startDate: at(startDate),
      endDate: at(endDate),
      qty: 1,
      source,
    });
    const { rows } = await read(
      metric(
        'sleep_analysis',
        'hr',
        stretch('Core', '2026-11-19 23:00:00', '2026-11-20 01:00:00'),
        stretch('Deep', '2026-11-20 01:00:00', '2026-11-20 02:00:00'),
        stretch('In Bed', '2026-11-19 22:50:00', '2026-11-20 02:10:00'),
        stretch('Asleep', '2026-11-19 23:10:00', '2026-11-20 02:00:00', 'Ring'),
      ),
    );
    expect(rows.map(({ name, date, value, device }) => [name, date, value, device])).toEqual([
      ['Sleep', '2026-11-20', 3 * 3600, 'Watch'],
      ['Time in bed', '2026-11-20', 12_000, 'Watch'],
      ['Light sleep', '2026-11-20', 2 * 3600, 'Watch'],
      ['Deep sleep', '2026-11-20', 3600, 'Watch'],
      ['Sleep', '2026-11-20', 10_200, 'Ring'],
    ]);
  });

  it('is refused with a sentence when nothing can be made of it', async () => {
    const [startDate, endDate] = [at('2026-11-19 23:00:00'), at('2026-11-20 01:00:00')];
    const refused = await read(
      metric(
        'sleep_analysis',
        'hr',
        { asleep: 7 },
        { date: endDate, asleep: 0, inBed: 0 },
        { date: endDate, asleep: 25 },
        { startDate, endDate: 'x', value: 'Core' },
        { startDate, endDate, value: 'Dream' },
        { startDate: endDate, endDate: startDate, value: 'Core' },
        { startDate: at('2026-11-10 00:00:00'), endDate, value: 'Core' },
      ),
      metric('sleep_analysis', 'parsec', { date: endDate, asleep: 7 }),
    );
    expect(refused.rows).toEqual([]);
    expect(reasonsOf(refused)).toEqual([
      '1 The date is none that can be read.',
      '2 The night has no durations.',
      '3 The sleep lasts for more than a day.',
      '4 The start or the end is no date that can be read.',
      '5 The value is none that a sleep is known to have.',
      '6 The sleep ends before it begins.',
      '7 The sleep lasts for more than a day.',
      '8 The unit is none that this type is known to have.',
    ]);
  });

  it('that two files bring is one', async () => {
    const fields = { date: at('2026-11-20 00:00:00'), asleep: 7, sleepEnd: at('2026-11-20 07:00:00') };
    expect((await read(metric('sleep_analysis', 'hr', fields, fields))).rows).toHaveLength(1);
  });
});

describe('a workout', () => {
  const start = at('2026-11-19 18:00:00');
  const end = at('2026-11-19 18:30:00');
  const readWorkouts = (...workouts: Point[]) => readText(textOf([], { workouts }));

  it('is one entry, known by its id, however many heartbeats it brings', async () => {
    const heartRateData = Array.from({ length: 5000 }, (_, i) => ({ qty: i, date: start }));
    const { rows } = await readWorkouts(
      { heartRateData, end, name: 'Yoga', start, id: 'A-1' },
      { start: end, end: at('2026-11-19 19:00:01') },
    );
    expect(rows).toMatchObject([
      { row: 1, value: 1800, tags: ['Yoga'], key: 'A-1', time: '18:00:00' },
      { row: 2, value: 1801, tags: ['Other'], key: null, time: '18:30:00' },
    ]);
  });

  it('counts once, and is refused without its times', async () => {
    const { rows, rejected } = await readWorkouts(
      { name: 'Run', start, end },
      { name: 'Run', start, end },
      { name: 'Run', start },
      { name: 'Run', start: end, end: start },
    );
    expect(rows).toHaveLength(1);
    expect(rejected).toEqual([
      { row: 3, reason: 'The start or the end is no date that can be read.' },
      { row: 4, reason: 'The workout ends before it begins.' },
    ]);
  });

  it('has a short tag, and no key without an end', async () => {
    const { rows } = await readWorkouts({ name: `${'x'.repeat(59)}🙂`, id: 'y'.repeat(5000), start, end });
    expect(rows).toMatchObject([{ tags: ['x'.repeat(59)], key: null }]);
  });
});

it('points are read as they were written (property)', async () => {
  const point = fc.record({ hour: fc.nat({ max: 95 }), qty: fc.nat({ max: 1000 }) });
  const names = { step_count: 'Steps', flights_climbed: 'Floors climbed' } as const;
  const metrics = fc.array(
    fc.tuple(fc.constantFrom('step_count' as const, 'flights_climbed' as const), fc.array(point, { maxLength: 20 })),
    {
      minLength: 1,
      maxLength: 4,
    },
  );
  await fc.assert(
    fc.asyncProperty(metrics, fc.integer({ min: 1, max: 100 }), fc.boolean(), async (list, piece, isUnitFirst) => {
      const dayOf = (hour: number) => `2026-11-${20 + Math.floor(hour / 24)}`;
      const sums: Record<string, number> = {};
      const seen = new Set<string>();
      for (const [name, points] of list) {
        for (const { hour, qty } of points) {
          const key = `${names[name]} ${dayOf(hour)}`;
          if (!seen.has(`${key} ${hour} ${qty}`)) sums[key] = (sums[key] ?? 0) + qty;
          seen.add(`${key} ${hour} ${qty}`);
        }
      }
      const data = list.map(([name, points]) => {
        const written = points.map(({ hour, qty }) => ({
          qty,
          date: `${dayOf(hour)} ${String(hour % 24).padStart(2, '0')}:00:00 +0900`,
        }));
        return isUnitFirst ? { name, units: 'count', data: written } : { data: written, units: 'count', name };
      });
      const text = textOf(data, { symptoms: [{}] });
      const { rows } = await readText(text, { piece });
      expect(Object.fromEntries(rows.map(({ name, date, value }) => [`${name} ${date}`, value]))).toEqual(sums);
    }),
    { numRuns: 60 },
  );
});
