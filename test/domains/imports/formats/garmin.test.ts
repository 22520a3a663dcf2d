import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { garmin } from '../../../../src/domains/imports/formats/garmin/garmin.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from './reading.ts';

const root = 'DI_CONNECT/';
const daysFile = `${root}DI-Connect-Aggregator/UDSFile_2026-10-01_2026-11-20.json`;
const sleepFile = `${root}DI-Connect-Wellness/2026-10-01_2026-11-20_98765_sleepData.json`;
const healthFile = `${root}DI-Connect-Wellness/2026-10-01_2026-11-20_98765_healthStatusData.json`;
const activitiesFile = `${root}DI-Connect-Fitness/ada@example.com_0_summarizedActivities.json`;

const stress = (level: number) => ({
  aggregatorList: [
    { type: 'AWAKE', averageStressLevel: 99, stressDuration: 1 },
    { type: 'TOTAL', averageStressLevel: level, stressDuration: 1 },
  ],
});

const days = [
  {
    calendarDate: '2026-11-20',
    uuid: 'u',
    totalSteps: 9050,
    totalDistanceMeters: 7321,
    activeKilocalories: 410.5,
    bmrKilocalories: 1650,
    totalKilocalories: 2060.5,
    restingHeartRate: 52,
    moderateIntensityMinutes: 20,
    vigorousIntensityMinutes: 5,
    allDayStress: stress(31),
    dailyStepGoal: 8000,
  },
  {
    calendarDate: '2026-11-21',
    totalSteps: 300,
    restingHeartRate: 0,
    moderateIntensityMinutes: 0,
    vigorousIntensityMinutes: 0,
    allDayStress: stress(-1),
  },
  // In a drawer.
  { calendarDate: '2026-11-22', totalSteps: 0, totalKilocalories: 0, moderateIntensityMinutes: 0 },
];

const night = {
  sleepStartTimestampGMT: '2026-11-19T22:10:00.0',
  sleepEndTimestampGMT: '2026-11-20T06:10:00.0',
  calendarDate: '2026-11-20',
  deepSleepSeconds: 4200,
  lightSleepSeconds: 15_000,
  remSleepSeconds: 5400,
  awakeSleepSeconds: 4200,
  sleepScores: { overallScore: 82, qualityScore: 80 },
};

const activity = {
  activityId: 12_345,
  name: 'Run by the river',
  activityType: 'running',
  startTimeGmt: Date.UTC(2026, 10, 20, 16, 30),
  // Written as if it were UTC: half past one at night in Tokyo.
  startTimeLocal: Date.UTC(2026, 10, 21, 1, 30),
  duration: 1_825_400.5,
  distance: 502_300,
  splits: Array.from({ length: 3000 }, (_, place) => ({ place })),
};

/** Every way in which this export may surprise, in one archive. */
const archive: Record<string, string> = {
  [daysFile]: JSON.stringify(days),
  [sleepFile]: JSON.stringify([
    night,
    night,
    { calendarDate: '2026-11-21', deepSleepSeconds: 0, lightSleepSeconds: 0, awakeSleepSeconds: 0 },
    { ...night, calendarDate: '2026-11-22', sleepStartTimestampGMT: '2026-11-21T22:10:00.0', remSleepSeconds: 0 },
  ]),
  [healthFile]: JSON.stringify([
    {
      calendarDate: '2026-11-20',
      metrics: [
        { type: 'HRV', value: 48, baselineUpperLimit: 60, status: 'IN_RANGE' },
        { type: 'SPO2', value: 96 },
        { type: 'RESPIRATION', value: 14.5 },
        { type: 'SKIN_TEMP_C', value: 0.2 },
        { type: 'toString', value: 1 },
      ],
    },
    { calendarDate: '2026-11-21', metrics: [{ type: 'HRV', value: 0 }, { type: 'SPO2' }] },
  ]),
  [activitiesFile]: JSON.stringify([{ summarizedActivitiesExport: [activity, activity] }]),
  [`${root}DI-Connect-User/ada@example.com.json`]: JSON.stringify({ birthDate: 'secret' }),
};

const read = (files: Record<string, string>, options?: ReadOptions): Promise<Read> =>
  readWith(garmin, sourceOf(files, true, options?.piece), options);
const one = (content: unknown, options?: ReadOptions) =>
  readWith(
    garmin,
    sourceOf({ 'x.json': typeof content === 'string' ? content : JSON.stringify(content) }, false, options?.piece),
    options,
  );
const brief = ({ rows }: Read) => rows.map(({ name, date, time, value, key }) => [name, date, time, value, key]);

describe('a whole archive', () => {
  test('comes to these values, counted by hand', async () => {
    const result = await read(archive);
    const [first, second] = ['2026-11-19T22:10:00.000Z', '2026-11-21T22:10:00.000Z'];
    expect(brief(result).toSorted()).toEqual(
      [
        ['Steps', '2026-11-20', null, 9050, 'day'],
        ['Distance', '2026-11-20', null, 7.321, 'day'],
        ['Active energy', '2026-11-20', null, 410.5, 'day'],
        ['Resting energy', '2026-11-20', null, 1650, 'day'],
        ['Total energy', '2026-11-20', null, 2060.5, 'day'],
        ['Resting heart rate', '2026-11-20', null, 52, 'day'],
        ['Exercise', '2026-11-20', null, 1500, 'day'],
        ['Stress', '2026-11-20', null, 31, 'day'],
        ['Steps', '2026-11-21', null, 300, 'day'],
        ['Exercise', '2026-11-21', null, 0, 'day'],
        ['Sleep', '2026-11-20', '07:10:00', 24_600, first],
        ['Deep sleep', '2026-11-20', '07:10:00', 4200, first],
        ['Light sleep', '2026-11-20', '07:10:00', 15_000, first],
        ['REM sleep', '2026-11-20', '07:10:00', 5400, first],
        ['Awake at night', '2026-11-20', '07:10:00', 4200, first],
        ['Time in bed', '2026-11-20', '07:10:00', 28_800, first],
        ['Sleep score', '2026-11-20', '07:10:00', 82, first],
        // It says that it ended before it began, and on another day.
        ['Sleep', '2026-11-22', null, 19_200, second],
        ['Deep sleep', '2026-11-22', null, 4200, second],
        ['Light sleep', '2026-11-22', null, 15_000, second],
        ['Awake at night', '2026-11-22', null, 4200, second],
        ['Sleep score', '2026-11-22', null, 82, second],
        ['Heart rate variability', '2026-11-20', null, 48, 'day'],
        ['Oxygen saturation', '2026-11-20', null, 96, 'day'],
        ['Respiratory rate', '2026-11-20', null, 14.5, 'day'],
        ['Workouts', '2026-11-21', '01:30:00', 1825, '12345'],
      ].toSorted(),
    );
    expect(result.rows.every(({ device }) => device === 'Garmin')).toBe(true);
    expect(result.rows.find(({ name }) => name === 'Workouts')!.tags).toEqual(['running']);
    expect(result.rejected).toEqual([]);
  });

  test('says what it leaves out, without the names of files, which hold that of the person', async () => {
    const { leftOut } = await read(archive);
    expect(Object.fromEntries(leftOut.map(({ what, records }) => [what, records]))).toEqual({
      // Resting heart rate; steps and energy of the drawer; REM sleep; HRV.
      'Zeros, which may mean that nothing was measured': 5,
      'Nights for which no sleep was measured': 1,
      'Other files of the export, which Lifegraph does not read': 1,
    });
  });

  test('is the same in pieces of 1, 7 and 64K characters, and with blanks and ends of lines in it', async () => {
    const whole = await read(archive);
    for (const piece of [1, 7, 65_536]) expect(await read(archive, { piece })).toEqual(whole);
    const spaced = Object.entries(archive).map(([name, content]) => [
      name,
      `\r\n${JSON.stringify(JSON.parse(content), null, 1).replaceAll('\n', '\r\n')}\n\r`,
    ]);
    expect(await read(Object.fromEntries(spaced))).toEqual(whole);
  });

  test('of the spelling DI-Connect-… alone, below any folder, is read', async () => {
    const files = { [`export/${daysFile.slice(root.length)}`]: JSON.stringify(days) };
    expect(await garmin.recognise(sourceOf(files, true))).toBe(true);
    expect((await read(files)).rows.length).toBeGreaterThan(0);
  });

  test('stays readable when one of its files is not', async () => {
    const { rows, rejected } = await read({ ...archive, [sleepFile]: '[{"calendarDate":"2026-11-20"' });
    expect(rows.some(({ name }) => name === 'Steps')).toBe(true);
    expect(rejected.map(({ reason }) => reason)).toEqual(['Sleep: The file is not JSON, or its end is missing.']);
  });

  test('with a day in two files has one value for it, that of the later file', async () => {
    const later = daysFile.replace('2026-10-01_2026-11-20', '2026-11-20_2027-01-01');
    const files = {
      [later]: JSON.stringify([{ calendarDate: '2026-11-20', totalSteps: 9999 }]),
      [daysFile]: JSON.stringify([{ calendarDate: '2026-11-20', totalSteps: 9050 }]),
    };
    expect((await read(files)).rows).toMatchObject([{ value: 9999, records: 2 }]);
  });
});

describe('an activity', () => {
  const list = (fields: object) => [{ summarizedActivitiesExport: [{ ...activity, ...fields }] }];

  test('whose local time is impossible beside UTC, or missing, began by the clock of the person', async () => {
    for (const startTimeLocal of [0, null, 'x', activity.startTimeGmt + 15 * 3_600_000])
      expect((await one(list({ startTimeLocal }))).rows).toMatchObject([{ date: '2026-11-20', time: '17:30:00' }]);
  });

  test('before the day of the person begins counts to the day before', async () => {
    expect((await one(list({}), { dayStartsAt: 4 })).rows).toMatchObject([{ date: '2026-11-20', time: '01:30:00' }]);
  });

  test('that cannot be read is refused: no start, no duration, or an impossible one', async () => {
    for (const fields of [
      { startTimeGmt: null },
      { startTimeGmt: 9e15 },
      { duration: null },
      { duration: 1e12 },
      { duration: -1 },
    ])
      expect(await one(list(fields))).toMatchObject({ rows: [], rejected: [{ row: 1 }] });
  });

  test('of no duration is left out', async () => {
    expect(await one(list({ duration: 0 }))).toMatchObject({ rows: [], rejected: [], leftOut: [{ records: 1 }] });
  });
});

describe('a day or a night', () => {
  test('whose day does not exist is refused, without what it holds', async () => {
    const { rows, rejected } = await one([
      { calendarDate: 'secret', totalSteps: 1 },
      { calendarDate: '2026-02-30', totalSteps: 1 },
    ]);
    expect(rows).toEqual([]);
    expect(rejected.map(({ row }) => row)).toEqual([1, 2]);
    expect(JSON.stringify(rejected)).not.toContain('secret');
  });

  test('with a value that is no number is refused as a whole', async () => {
    for (const totalSteps of ['many', -3, true, [1], { a: 1 }]) {
      const { rows, rejected } = await one([{ calendarDate: '2026-11-20', restingHeartRate: 50, totalSteps }]);
      expect([rows, rejected.length]).toEqual([[], 1]);
    }
  });

  test('is the calendar’s, whatever the time zone', async () => {
    for (const timeZone of ['Pacific/Auckland', 'America/Los_Angeles']) {
      const { rows } = await one([night], { timeZone, dayStartsAt: 4 });
      expect(new Set(rows.map(({ date }) => date))).toEqual(new Set(['2026-11-20']));
    }
  });

  test('with a text that cannot be held is refused, and the next is read', async () => {
    const long = { calendarDate: 'x'.repeat(300_000), totalSteps: 1 };
    const { rows, rejected } = await read({
      [daysFile]: JSON.stringify([long, { calendarDate: '2026-11-20', totalSteps: 5 }]),
    });
    expect([rows.length, rejected]).toEqual([1, [{ row: 1, reason: 'This item is too large.' }]]);
  });
});

describe('recognised', () => {
  const recognises = (files: Record<string, string>, isArchive?: boolean) =>
    garmin.recognise(sourceOf(files, isArchive));

  test('is an archive by its folders, and JSON that came alone by its keys', async () => {
    expect(await recognises(archive)).toBe(true);
    for (const name of [daysFile, sleepFile, healthFile, activitiesFile])
      expect(await recognises({ 'export.json': archive[name]! })).toBe(true);
  });

  test('is nothing else, whatever it is called', async () => {
    const others: [string, string][] = [
      ['', ''],
      ['UDSFile_1.json', '[{"date":"2026-11-20","steps":1}]'],
      ['UDSFile_1.json', '{"format":"lifegraph","metrics":[],"entries":[{"calendarDate":1,"totalSteps":2}]}'],
      ['x_sleepData.json', '[{"logId":1,"dateOfSleep":"2026-11-20"}]'],
      ['garmin.csv', 'date,calendarDate,totalSteps\n'],
      ['x_sleepData.json', '\ufffd\ufffd[{'],
    ];
    for (const [name, content] of others) expect(await recognises({ [name]: content })).toBe(false);
    expect(await recognises({ 'sleepData.json': '[]', 'other.json': '[]' })).toBe(false);
    expect(await recognises({ [`${root}DI-Connect-User/._x_sleepData.json`]: '', [`${root}a.json`]: '' })).toBe(false);
  });
});

test('a file with nothing in it is refused with what was expected: empty, of another program, junk, an empty list', async () => {
  const nothing = /Nothing was found that can be read. The export of Garmin/;
  for (const content of ['', '[]', 'date,metric,value\n2026-05-01,Steps,1\n', '\ufffd\u0001\ufffd', '[{}]'])
    await expect(one(content)).rejects.toThrow(nothing);
  await expect(read({ [daysFile]: '[]', [sleepFile]: '[]' })).rejects.toThrow(nothing);
});

test('whatever days there are, each has its values', async () => {
  const day = fc.record({
    steps: fc.integer({ min: 1, max: 60_000 }),
    metres: fc.integer({ min: 1, max: 90_000 }),
    minutes: fc.integer({ min: 0, max: 600 }),
    noise: fc.string(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(day, { minLength: 1, maxLength: 40 }), fc.nat(60), async (made, piece) => {
      const dayAt = (place: number) => new Date(Date.UTC(2026, 0, 1 + place)).toISOString().slice(0, 10);
      const records = made.map(({ steps, metres, minutes, noise }, place) => ({
        noise: noise.toWellFormed().replaceAll('\0', ''),
        totalSteps: steps,
        calendarDate: dayAt(place),
        totalDistanceMeters: metres,
        nested: { totalSteps: 1, calendarDate: 'x' },
        moderateIntensityMinutes: minutes,
      }));
      const { rows } = await one(records, { piece: piece + 1 });
      expect(rows.map(({ name, date, value }) => [name, date, value])).toEqual(
        made.flatMap(({ steps, metres, minutes }, place) => [
          ['Steps', dayAt(place), steps],
          ['Distance', dayAt(place), metres / 1000],
          ['Exercise', dayAt(place), minutes * 60],
        ]),
      );
    }),
    { numRuns: 50 },
  );
});
