import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oura } from '../../../../src/domains/imports/formats/oura/oura.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from './reading.ts';

const sleepHeader =
  'average_breath;average_heart_rate;average_hrv;awake_time;bedtime_end;bedtime_start;day;deep_sleep_duration;efficiency;heart_rate;id;light_sleep_duration;lowest_heart_rate;rem_sleep_duration;time_in_bed;total_sleep_duration;type';
const heartRate = '{"interval":300,"items":[null,52,51.5],"timestamp":"2026-11-20T00:10:00.000+01:00"}';

/** Every way in which this export may surprise, in one archive. */
const archive = {
  'App Data/sleepmodel.csv': [
    sleepHeader,
    `14.25;55.5;48;2400;2026-11-20T07:10:00.000+01:00;2026-11-19T23:10:00.000+01:00;2026-11-20;4200;88;${heartRate};n1;15000;47;5400;28800;24600;long_sleep`,
    // A nap after six belongs to the next day for Oura, and to this one for who took it.
    `13;60;30;60;2026-11-20T19:00:00+01:00;2026-11-20T18:30:00+01:00;2026-11-21;0;90;;n2;1500;58;0;1800;1500;late_nap`,
    `;;;;2026-11-20T14:00:00+01:00;2026-11-20T13:30:00+01:00;2026-11-20;;;;n3;;;;1800;900;deleted`,
    `;;;;2026-11-20T15:00:00+01:00;2026-11-20T14:30:00+01:00;2026-11-20;;;;n4;;;;1800;900;rest`,
    // Slept in Tokyo: the day there is the 22nd, in the time zone of home still the 21st.
    `0;;0;;2026-11-22T06:00:00+09:00;2026-11-21T23:00:00+09:00;2026-11-22;;;;n5;;0;;25200;21600;long_sleep`,
  ].join('\n'),
  'App Data/dailysleep.csv': [
    'contributors;day;id;score;timestamp',
    '{"deep_sleep":60,"efficiency":93,"total_sleep":75};2026-11-20;s1;78;2026-11-20T00:00:00+00:00',
    '{"deep_sleep":null};2026-11-21;s2;;2026-11-21T00:00:00+00:00',
  ].join('\n'),
  'App Data/dailyreadiness.csv': [
    'id;contributors;day;score;temperature_deviation;timestamp',
    'r1;{"hrv_balance":80};2026-11-20;84;-0.21;2026-11-20T00:00:00+00:00',
  ].join('\n'),
  'App Data/dailyactivity.csv': [
    'id;active_calories;class_5_min;contributors;day;equivalent_walking_distance;high_activity_time;medium_activity_time;met;non_wear_time;score;steps;total_calories',
    'a1;410;"112233";{"stay_active":90};2026-11-20;8123;600;1800;{"interval":60,"items":[0.9,1.2]};3600;91;9050;2410',
    'a2;0;"000";{};2026-11-21;0;0;0;{};86400;;0;1650',
  ].join('\n'),
  'App Data/dailyspo2.csv': [
    'breathing_disturbance_index;day;id;spo2_percentage',
    '3;2026-11-20;o1;{"average": 97.25}',
    ';2026-11-21;o2;',
    ';2026-11-22;o3;{"average":0}',
    ';2026-11-23;o4;{"average":',
  ].join('\n'),
  'App Data/heartrate.csv': [
    'bpm;source;timestamp',
    '52;sleep;2026-11-19T23:30:00+00:00',
    '60;awake;2026-11-20T10:00:00Z',
    '60;awake;2026-11-20T10:00:00Z',
    '63;workout;2026-11-20T10:05:00.000Z',
    '0;awake;2026-11-20T10:10:00Z',
  ].join('\n'),
  'App Data/workout.csv': [
    'activity;calories;day;distance;end_datetime;id;intensity;label;source;start_datetime',
    'cycling;220.5;2026-11-20;9000;2026-11-20T18:15:30+01:00;w1;moderate;;manual;2026-11-20T17:30:00+01:00',
  ].join('\n'),
  'App Data/vo2max.csv': 'day;id;timestamp;vo2_max\n2026-11-20;v1;2026-11-20T00:00:00+00:00;41.5\n',
  'App Data/ringconfiguration.csv': 'color;design\nsilver;heritage\n',
  'App Data/session.csv': 'id;day\n',
  'readme.txt': 'Thank you',
};

const read = (files: Record<string, string>, options?: ReadOptions): Promise<Read> =>
  readWith(oura, sourceOf(files, true, options?.piece), options);
const one = (name: string, content: string, options?: ReadOptions) =>
  readWith(oura, sourceOf({ [name]: content }, false, options?.piece), options);
const brief = ({ rows }: Read) => rows.map(({ name, date, time, value, key }) => [name, date, time, value, key]);

describe('a whole archive', () => {
  test('comes to these values, counted by hand', async () => {
    const result = await read(archive);
    expect(brief(result).toSorted()).toEqual(
      [
        ['Sleep', '2026-11-20', '07:10:00', 24_600, 'n1'],
        ['Time in bed', '2026-11-20', '07:10:00', 28_800, 'n1'],
        ['Deep sleep', '2026-11-20', '07:10:00', 4200, 'n1'],
        ['Light sleep', '2026-11-20', '07:10:00', 15_000, 'n1'],
        ['REM sleep', '2026-11-20', '07:10:00', 5400, 'n1'],
        ['Awake at night', '2026-11-20', '07:10:00', 2400, 'n1'],
        ['Heart rate variability', '2026-11-20', '07:10:00', 48, 'n1'],
        ['Resting heart rate', '2026-11-20', '07:10:00', 47, 'n1'],
        ['Respiratory rate', '2026-11-20', '07:10:00', 14.25, 'n1'],
        ['Sleep efficiency', '2026-11-20', '07:10:00', 88, 'n1'],
        ['Sleep', '2026-11-20', '19:00:00', 1500, 'n2'],
        ['Time in bed', '2026-11-20', '19:00:00', 1800, 'n2'],
        ['Deep sleep', '2026-11-20', '19:00:00', 0, 'n2'],
        ['Light sleep', '2026-11-20', '19:00:00', 1500, 'n2'],
        ['REM sleep', '2026-11-20', '19:00:00', 0, 'n2'],
        ['Awake at night', '2026-11-20', '19:00:00', 60, 'n2'],
        ['Sleep', '2026-11-22', '06:00:00', 21_600, 'n5'],
        ['Time in bed', '2026-11-22', '06:00:00', 25_200, 'n5'],
        ['Sleep score', '2026-11-20', null, 78, 'day'],
        ['Readiness score', '2026-11-20', null, 84, 'day'],
        ['Temperature deviation', '2026-11-20', null, -0.21, 'day'],
        ['Activity score', '2026-11-20', null, 91, 'day'],
        ['Steps', '2026-11-20', null, 9050, 'day'],
        ['Active energy', '2026-11-20', null, 410, 'day'],
        ['Total energy', '2026-11-20', null, 2410, 'day'],
        ['Distance', '2026-11-20', null, 8.123, 'day'],
        ['Exercise', '2026-11-20', null, 2400, 'day'],
        ['Oxygen saturation', '2026-11-20', null, 97.25, 'day'],
        // 52 at half past midnight, 60 and 63 later.
        ['Heart rate', '2026-11-20', null, 58.3333333333, 'day'],
        ['Workouts', '2026-11-20', '17:30:00', 2730, 'w1'],
        ['VO2 max', '2026-11-20', null, 41.5, 'day'],
      ].toSorted(),
    );
    expect(result.rows.every(({ device }) => device === 'Oura')).toBe(true);
    expect(result.rows.find(({ name }) => name === 'Workouts')!.tags).toEqual(['cycling']);
    expect(result.rejected).toHaveLength(1);
  });

  test('says what it leaves out: deleted sleeps, rests, days without the ring, files that nobody reads', async () => {
    const { leftOut } = await read(archive);
    expect(Object.fromEntries(leftOut.map(({ what, records }) => [what, records]))).toEqual({
      'Sleeps that were deleted in the app': 1,
      'Rests, which were no sleep': 1,
      'Days on which the ring was not worn': 1,
      'ringconfiguration.csv, which Lifegraph does not read': 1,
    });
  });

  test('is the same in pieces of 1, 7 and 64K characters, and with any ends of lines', async () => {
    const whole = await read(archive);
    for (const piece of [1, 7, 65_536]) expect(await read(archive, { piece })).toEqual(whole);
    const mixed = Object.entries(archive).map(([name, content]) => {
      let line = 0;
      return [name, content.replaceAll('\n', () => ['\r\n', '\n', '\r'][line++ % 3]!)];
    });
    expect(await read(Object.fromEntries(mixed))).toEqual(whole);
  });

  test('divided by commas, with quoted JSON, says the same', async () => {
    const quoted = (cell: string) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
    const toCommas = (content: string) =>
      content
        .split('\n')
        .map((line) =>
          line
            .split(';')
            .map((cell) => quoted(cell.replace(/^"(.*)"$/, '$1')))
            .join(','),
        )
        .join('\n');
    const files = Object.entries(archive).map(([name, content]) => [name, toCommas(content)]);
    expect(await read(Object.fromEntries(files))).toEqual(await read(archive));
  });
});

describe('a sleep', () => {
  const night = (fields: Record<string, string>) =>
    `${Object.keys(fields).join(';')}\n${Object.values(fields).join(';')}\n`;
  const base = { id: 'n1', bedtime_end: '2026-11-20T07:10:00+01:00', total_sleep_duration: '100', type: 'long_sleep' };

  test('that is written in UTC ends by the clock of the person', async () => {
    const content = night({ ...base, bedtime_end: '2026-11-19T23:30:00Z' });
    expect(brief(await one('', content))).toEqual([['Sleep', '2026-11-20', '00:30:00', 100, 'n1']]);
  });

  test('belongs to the day of waking up, also before the day of the person begins', async () => {
    const content = night({ ...base, bedtime_end: '2026-11-20T03:10:00+01:00' });
    expect((await one('', content, { dayStartsAt: 4 })).rows[0]).toMatchObject({ date: '2026-11-20' });
  });

  test('without a type counts as a night, and one of a type that nobody knows as a sleep', async () => {
    const { type: _, ...untyped } = { ...base, average_hrv: '40' };
    expect((await one('', night(untyped))).rows).toHaveLength(2);
    expect((await one('', night({ ...untyped, type: 'constructor' }))).rows).toHaveLength(1);
  });

  test('that cannot be read is refused, without what it holds', async () => {
    const bad = [{ bedtime_end: 'secret' }, { total_sleep_duration: 'secret' }, { total_sleep_duration: '-5' }];
    for (const fields of bad) {
      const { rows, rejected } = await one('', night({ ...base, ...fields }));
      expect(rows).toEqual([]);
      expect(rejected).toMatchObject([{ row: 2 }]);
      expect(rejected[0]!.reason).not.toContain('secret');
    }
  });
});

describe('the answers of the API', () => {
  const sleep = {
    id: '8d77',
    average_hrv: 48,
    bedtime_end: '2026-11-20T07:10:00+01:00',
    bedtime_start: '2026-11-19T23:10:00+01:00',
    day: '2026-11-20',
    heart_rate: {
      interval: 300,
      items: Array.from({ length: 5000 }, () => 50),
      timestamp: '2026-11-20T00:10:00+01:00',
    },
    total_sleep_duration: 24_600,
    type: 'long_sleep',
  };
  const answer = (data: unknown[]) => JSON.stringify({ data, next_token: null });

  test('are read like the tables; a sleep that two of them share counts once', async () => {
    const activity = { id: 'a', day: '2026-11-20', steps: 9050, equivalent_walking_distance: 8123, score: null };
    const files = {
      'sleep_1.json': answer([sleep]),
      'sleep_2.json': answer([sleep, { ...sleep, id: '8d78', type: 'deleted' }]),
      'daily_sleep.json': answer([{ id: 'x', day: '2026-11-20', score: 78, contributors: { timing: 80 } }]),
      'daily_spo2.json': answer([{ id: 'y', day: '2026-11-20', spo2_percentage: { average: 97.5 } }]),
      'daily_activity.json': answer([{ ...activity, met: { items: Array.from({ length: 1440 }, () => 1) } }]),
      'heartrate.json': answer([{ bpm: 61, source: 'awake', timestamp: '2026-11-20T10:00:00+00:00' }]),
    };
    expect(brief(await read(files)).toSorted()).toEqual(
      [
        ['Sleep', '2026-11-20', '07:10:00', 24_600, '8d77'],
        ['Heart rate variability', '2026-11-20', '07:10:00', 48, '8d77'],
        ['Sleep score', '2026-11-20', null, 78, 'day'],
        ['Oxygen saturation', '2026-11-20', null, 97.5, 'day'],
        ['Steps', '2026-11-20', null, 9050, 'day'],
        ['Distance', '2026-11-20', null, 8.123, 'day'],
        ['Heart rate', '2026-11-20', null, 61, 'day'],
      ].toSorted(),
    );
  });

  test('that were cut off are refused', async () => {
    await expect(one('sleep.json', answer([sleep]).slice(0, -40))).rejects.toThrow(/not JSON, or its end is missing/);
  });

  test('of a kind with too much in one field refuse that record alone', async () => {
    const long = { ...sleep, id: 'x'.repeat(300_000) };
    const { rows, rejected } = await one('sleep.json', answer([sleep, long]));
    expect([rows.length, rejected]).toEqual([2, [{ row: 2, reason: 'This item is too large.' }]]);
  });
});

describe('tables', () => {
  test('a day that stands twice has one value, the last one', async () => {
    const header = 'id;day;score;temperature_deviation\n';
    const { rows } = await one('', `${header}a;2026-11-20;80;0\nb;2026-11-20;82;0\na;2026-11-20;82;0\n`);
    expect(rows.map(({ name, value, records }) => [name, value, records])).toEqual([
      ['Readiness score', 82, 3],
      ['Temperature deviation', 0, 3],
    ]);
  });

  test('lines with more or fewer cells than columns are refused: a cell may hold what divides them', async () => {
    const header = 'day;id;score;temperature_deviation;tag\n';
    const { rows, rejected } = await one('', `${header}2026-11-20;a;80;0.1;{"text":"tea; late"}\n2026-11-21;b;8\n`);
    expect([rows, rejected.map(({ row }) => row)]).toEqual([[], [2, 3]]);
  });

  test('a moment of the heart without a zone is refused; a workout without one is as the clock showed', async () => {
    const beats = await one(
      'heartrate.csv',
      'bpm;source;timestamp\n60;awake;2026-11-20T10:00:00\nmany;awake;2026-11-20T10:00:00Z\n',
    );
    expect(beats.rejected.map(({ row }) => row)).toEqual([2, 3]);
    const header = 'id;activity;start_datetime;end_datetime\n';
    const { rows, rejected } = await one(
      'workout.csv',
      `${header}w1;run;2026-11-20T01:00:00;2026-11-20T01:30:00\nw2;run;2026-11-20T02:00:00;2026-11-20T01:30:00\n`,
      { dayStartsAt: 4 },
    );
    expect(rows).toMatchObject([{ date: '2026-11-19', time: '01:00:00', value: 1800 }]);
    expect(rejected.map(({ row }) => row)).toEqual([3]);
  });

  test('hours of an hour that comes twice in autumn are as long as they were', async () => {
    const content =
      'id;activity;start_datetime;end_datetime\nw1;walk;2026-10-25T02:30:00+02:00;2026-10-25T02:30:00+01:00\n';
    expect((await one('', content)).rows[0]).toMatchObject({ value: 3600, time: '02:30:00' });
  });
});

describe('recognised', () => {
  const recognises = (files: Record<string, string>, isArchive?: boolean) => oura.recognise(sourceOf(files, isArchive));

  test('is an archive, a table and an answer of the API, by what stands in them', async () => {
    expect(await recognises(archive)).toBe(true);
    expect(await recognises({ 'x.csv': `${sleepHeader}\n` })).toBe(true);
    expect(await recognises({ 'x.json': '{"data":[{"day":"","spo2_percentage":null}]}' })).toBe(true);
  });

  test('is nothing else, whatever it is called', async () => {
    const others: [string, string][] = [
      ['', ''],
      ['sleepmodel.csv', 'date;metric;value\n2026-11-20;Sleep;1\n'],
      ['dailysleep.csv', 'date,score\n2026-11-20,78\n'],
      ['steps.csv', 'timestamp,steps,data source\n2026-05-01T06:00:00Z,1,Phone\n'],
      ['heartrate.csv', '\ufffd\ufffd\ufffd'],
      ['sleep.json', '{"format":"lifegraph","metrics":[],"entries":[{"notes":"bedtime_end, total_sleep_duration"}]}'],
      ['sleep.json', '{"data":{"metrics":[{"name":"sleep_analysis","data":[{"sleepEnd":""}]}]}}'],
    ];
    for (const [name, content] of others) expect(await recognises({ [name]: content })).toBe(false);
    expect(await recognises({ 'App Data/notes.csv': 'day;note\n', 'App Data/.sleepmodel.csv': sleepHeader })).toBe(
      false,
    );
  });
});

describe('a file with nothing in it', () => {
  const nothing = /Nothing was found that can be read. The export of Oura/;

  test('is refused with what was expected: empty, of another program, junk, a header alone', async () => {
    for (const content of ['', '\n', 'date,metric,value\n2026-05-01,Steps,1\n', '\ufffd;\ufffd\n\u0001', sleepHeader])
      await expect(one('sleepmodel.csv', content)).rejects.toThrow(nothing);
    await expect(read({ 'App Data/sleepmodel.csv': `${sleepHeader}\n` })).rejects.toThrow(nothing);
    await expect(one('sleep.json', '{"data":[],"next_token":null}')).rejects.toThrow(nothing);
  });

  test('is refused for a cell without an end', async () => {
    const content = `bedtime_end;total_sleep_duration\n2026-11-20T07:10:00+01:00;"${'1'.repeat(300_000)}`;
    await expect(one('', content)).rejects.toThrow(/more than 262144 characters/);
  });
});

test('whatever sleeps there are, in table or JSON, each is there with its day of waking up', async () => {
  const two = (number: number) => String(number).padStart(2, '0');
  const sleep = fc.record({
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    // Not UTC itself, which is read by the person's own clock.
    zone: fc.integer({ min: 1, max: 13 }).map((hours) => (hours % 2 ? `+${two(hours)}:00` : `-${two(hours)}:30`)),
    total_sleep_duration: fc.integer({ min: 0, max: 50_000 }),
    type: fc.constantFrom('long_sleep', 'sleep', 'late_nap'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(sleep, { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      fc.nat(40),
      async (made, isTable, piece) => {
        const data = made.map(({ day, hour, zone, ...rest }, place) => {
          const bedtime_end = `2026-03-${two(day)}T${two(hour)}:15:00${zone}`;
          return { id: `s${place}`, bedtime_end, contributors: '{"a":1,"b":"x"}', ...rest };
        });
        const lines = [Object.keys(data[0]!), ...data.map((each) => Object.values(each))].map((cells) =>
          cells.join(';'),
        );
        const content = isTable ? lines.join('\n') : JSON.stringify({ data });
        const { rows } = await one('', content, { piece: piece + 1 });
        expect(brief({ rows } as Read)).toEqual(
          data.map((each, place) => {
            const { day, hour } = made[place]!;
            return ['Sleep', `2026-03-${two(day)}`, `${two(hour)}:15:00`, each.total_sleep_duration, each.id];
          }),
        );
      },
    ),
    { numRuns: 50 },
  );
});
