import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { googleTakeout } from '../../../../src/domains/imports/formats/google-takeout/google-takeout.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from './reading.ts';

const newer = 'Takeout/Google Health/';
const older = 'Takeout/Fitbit/';
const physical = 'Physical Activity_GoogleData/';
const fitness = 'Health Fitness Data_GoogleData/';
const global = 'Global Export Data/';

/** Every way in which this export may surprise, in one archive. */
const archive = {
  'Takeout/archive_browser.html': '<html></html>',
  [`${newer}${physical}steps_2026-05-01.csv`]: [
    'timestamp,steps,data source',
    '2026-05-01T06:00:00Z,100,Pixel 9',
    '2026-05-01T06:01:00Z,20,Charge 6',
    '2026-05-01T06:01:00Z,25,Health Connect',
    '2026-05-01T21:59:00Z,30,Charge 6',
    '2026-05-01T22:01:00Z,7,Charge 6',
    '2026-05-01T22:01:00Z,7,Charge 6',
  ].join('\n'),
  [`${newer}${physical}heart_rate_2026-05-01.csv`]:
    'timestamp,beats per minute\n2026-05-01T06:00:00Z,60\n2026-05-01T06:00:05Z,63\n2026-05-01T06:00:10Z,0\n',
  [`${newer}${physical}daily_resting_heart_rate.csv`]:
    'timestamp,beats per minute,data source\n2026-05-01T00:00:00Z,58.5,Charge 6\n2026-05-02T00:00:00Z,0,Charge 6\n',
  [`${newer}${physical}weight.csv`]: 'timestamp,weight grams,data source\n2026-05-01T05:30:00Z,70250,Aria\n',
  [`${newer}${physical}calories_2026-05-01.csv`]: 'timestamp,calories\n2026-05-01T06:00:00Z,1.2\n',
  [`${newer}${physical}body_temperature.csv`]: 'no data',
  [`${newer}${physical}oxygen.txt`]: 'no data',
  [`${newer}${fitness}UserSleeps_2026-05-01.csv`]: [
    'sleep_id,sleep_type,minutes_in_sleep_period,minutes_after_wake_up,minutes_to_fall_asleep,minutes_asleep,minutes_awake,start_utc_offset,sleep_start,end_utc_offset,sleep_end,data_source,sleep_created,sleep_last_updated',
    // Fallen asleep in New York, woken up over the Atlantic: the day there was still the first, at 23:40.
    '901,STAGES,450,0,3,410,40,-04:00,2026-05-01T20:10:00Z,-04:00,2026-05-02T03:40:00Z,Charge 6,2026-05-02T04:00:00Z,2026-05-02T04:00:00Z',
    '902,CLASSIC,60,0,0,55,5,+02:00,2026-05-02T12:00:00Z,+02:00,2026-05-02T13:00:00Z,Charge 6,2026-05-02T13:10:00Z,2026-05-02T13:10:00Z',
  ].join('\r\n'),
  [`${newer}${fitness}UserSleepStages_2026-05-01.csv`]: [
    'sleep_id,sleep_stage_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end',
    '901,1,LIGHT,-04:00,2026-05-01T20:10:00Z,-04:00,2026-05-01T20:40:00Z',
    '901,2,DEEP,-04:00,2026-05-01T20:40:00Z,-04:00,2026-05-01T21:50:00Z',
    '901,3,AWAKE,-04:00,2026-05-01T21:50:00Z,-04:00,2026-05-01T22:00:00Z',
    '901,4,LIGHT,-04:00,2026-05-01T22:00:00Z,-04:00,2026-05-01T22:30:00Z',
    '901,4,LIGHT,-04:00,2026-05-01T22:00:00Z,-04:00,2026-05-01T22:30:00Z',
    '901,5,REM,-04:00,2026-05-01T22:30:00Z,-04:00,2026-05-01T23:00:00Z',
    '999,6,REM,-04:00,2026-05-01T22:30:00Z,-04:00,2026-05-01T23:00:00Z',
  ].join('\n'),
  [`${newer}Sleep Score/sleep_score.csv`]:
    'sleep_log_entry_id,timestamp,overall_score,composition_score,revitalization_score,duration_score,deep_sleep_in_minutes,resting_heart_rate,restlessness\n901,2026-05-02T03:40:00Z,82,20,20,42,70,58,0.05\n',
  [`${newer}${global}sleep-2026-05-01.json`]: JSON.stringify([{ logId: 901, dateOfSleep: '2026-05-01' }]),
  [`${newer}${global}steps-2026-05-01.json`]: JSON.stringify([{ dateTime: '05/01/26 06:00:00', value: '100' }]),
  // The same minutes once more, in the folder of the former name.
  [`${older}${physical}steps_2026-05-01.csv`]: 'timestamp,steps,data source\n2026-05-01T06:00:00Z,100,Pixel 9\n',
};

const read = (files: Record<string, string>, options?: ReadOptions): Promise<Read> =>
  readWith(googleTakeout, sourceOf(files, true, options?.piece), options);
const one = (name: string, content: string, options?: ReadOptions) =>
  readWith(googleTakeout, sourceOf({ [name]: content }, false, options?.piece), options);
const brief = ({ rows }: Read) =>
  rows.map(({ name, date, time, value, device, key }) => [name, date, time, value, device, key ?? null]);

describe('a whole archive', () => {
  test('comes to these values, counted by hand', async () => {
    const result = await read(archive);
    expect(brief(result).toSorted()).toEqual(
      [
        ['Steps', '2026-05-01', null, 100, 'Pixel 9', 'day'],
        ['Steps', '2026-05-01', null, 50, 'Charge 6', 'day'],
        ['Steps', '2026-05-01', null, 25, 'Health Connect', 'day'],
        ['Steps', '2026-05-02', null, 7, 'Charge 6', 'day'],
        ['Heart rate', '2026-05-01', null, 61.5, 'Fitbit', 'day'],
        ['Resting heart rate', '2026-05-01', null, 58.5, 'Charge 6', 'day'],
        ['Weight', '2026-05-01', '07:30:00', 70.25, 'Aria', null],
        ['Sleep', '2026-05-01', '23:40:00', 24_600, 'Charge 6', '901'],
        ['Awake at night', '2026-05-01', '23:40:00', 2400, 'Charge 6', '901'],
        ['Time in bed', '2026-05-01', '23:40:00', 27_000, 'Charge 6', '901'],
        ['Deep sleep', '2026-05-01', '23:40:00', 4200, 'Charge 6', '901'],
        ['Light sleep', '2026-05-01', '23:40:00', 3600, 'Charge 6', '901'],
        ['REM sleep', '2026-05-01', '23:40:00', 1800, 'Charge 6', '901'],
        ['Sleep', '2026-05-02', '15:00:00', 3300, 'Charge 6', '902'],
        ['Awake at night', '2026-05-02', '15:00:00', 300, 'Charge 6', '902'],
        ['Time in bed', '2026-05-02', '15:00:00', 3600, 'Charge 6', '902'],
        ['Sleep score', '2026-05-02', '05:40:00', 82, 'Fitbit', '901'],
      ].toSorted(),
    );
    expect(result.rejected).toEqual([]);
    expect(result.questions).toEqual([]);
  });

  test('says what it leaves out', async () => {
    const { leftOut } = await read(archive);
    expect(Object.fromEntries(leftOut.map(({ what, records }) => [what, records]))).toEqual({
      'Files of the kind "calories", which Lifegraph does not read': 1,
      'Files of the kind "body_temperature", which Lifegraph does not read': 1,
      'Files that stand in the folder "Google Health" and in "Fitbit", the second time': 1,
      'Heart rate: zeros, which say that nothing was measured': 1,
      'Resting heart rate: zeros, which say that nothing was measured': 1,
      'Stages of sleeps that the export does not hold': 1,
      'Sleep in JSON, which the tables of the export repeat': 1,
      'Steps in JSON, which the tables of the export repeat': 1,
    });
  });

  test('is the same in pieces of 1, 7 and 64K characters', async () => {
    const whole = await read(archive);
    for (const piece of [1, 7, 65_536]) expect(await read(archive, { piece })).toEqual(whole);
  });

  test('is the same with any ends of lines', async () => {
    const whole = await read(archive);
    const mixed = Object.entries(archive).map(([name, content]) => {
      let line = 0;
      return [name, content.replaceAll('\r\n', '\n').replaceAll('\n', () => ['\r\n', '\n', '\r'][line++ % 3]!)];
    });
    expect(await read(Object.fromEntries(mixed))).toEqual(whole);
  });

  test('counts rows through all of its files', async () => {
    const bad = 'timestamp,steps,data source\nnever,1,Phone\n';
    const files = { [`${newer}${physical}steps_1.csv`]: bad, [`${newer}${physical}steps_2.csv`]: bad };
    expect((await read(files)).rejected.map(({ row }) => row)).toEqual([2, 4]);
  });

  test('stays readable when one of its files is not', async () => {
    const files = {
      [`${newer}${physical}steps_2026-05-01.csv`]: 'timestamp,steps\n"2026-05-01T06:00:00Z,1\n',
      [`${newer}${physical}steps_2026-05-02.csv`]: 'timestamp,steps\n2026-05-02T06:00:00Z,2\n',
      [`${newer}${physical}weight.csv`]: 'timestamp,stones\n2026-05-02T06:00:00Z,2\n',
    };
    const { rows, rejected } = await read(files);
    expect(rows.map(({ date, value }) => [date, value])).toEqual([['2026-05-02', 2]]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      'Steps: Row 2 has a quotation mark that is never closed.',
      'Weight: the first line has no column "weight grams".',
    ]);
  });

  test('is never asked for the guesses about every minute, a gigabyte of them', async () => {
    const source = sourceOf(archive, true);
    const closed = async () => {
      throw new Error('opened');
    };
    const name = `${newer}${fitness}UserActivityProbabilities_2026-05-01.csv`;
    const text = () => {
      throw new Error('opened');
    };
    const files = [...source.files, { name, head: closed, text }];
    expect(await googleTakeout.recognise({ ...source, files })).toBe(true);
    await readWith(googleTakeout, { ...source, files });
  });
});

test('a kind that says "no data" is no fault', async () => {
  const files = {
    [`${newer}${physical}weight.csv`]: 'no data\n',
    [`${newer}${physical}steps_1.csv`]: 'timestamp,steps\n2026-05-01T06:00:00Z,1\n',
  };
  expect(await read(files)).toMatchObject({ rows: [{ value: 1 }], rejected: [], leftOut: [] });
});

describe('two folders', () => {
  const path = `${physical}steps_2026-05-01.csv`;
  const steps = (count: number) => `timestamp,steps,data source\n2026-05-01T06:00:00Z,${count},Phone\n`;

  test('of the former name alone is read', async () => {
    expect((await read({ [older + path]: steps(5) })).rows.map(({ value }) => value)).toEqual([5]);
  });

  test('the newer one holds, whatever the order of the files', async () => {
    const files = { [older + path]: steps(5), [newer + path]: steps(6) };
    expect((await read(files)).rows.map(({ value }) => value)).toEqual([6]);
  });

  test('the older one holds where the newer says "no data"', async () => {
    const files = { [older + path]: steps(5), [newer + path]: 'no data' };
    expect((await read(files)).rows.map(({ value }) => value)).toEqual([5]);
  });

  test('a minute that files of different names share counts once', async () => {
    const files = { [newer + path]: steps(5), [`${older}${physical}steps_2026-05-01_2.csv`]: steps(5) };
    expect((await read(files)).rows.map(({ value }) => value)).toEqual([5]);
  });
});

describe('tables', () => {
  test('are read by their headers, in any order and case, with columns that nobody knows', async () => {
    const content = '\ufeffData Source,Quality,STEPS,Timestamp\nPhone,good,12,2026-05-01T06:00:00Z\n';
    expect(brief(await one('x.csv', content))).toEqual([['Steps', '2026-05-01', null, 12, 'Phone', 'day']]);
  });

  test('a minute before the day begins counts to the day before', async () => {
    const content = 'timestamp,steps\n2026-05-01T23:30:00Z,3\n';
    const { rows } = await one('steps.csv', content, { dayStartsAt: 4 });
    expect(rows.map(({ date }) => date)).toEqual(['2026-05-01']);
    expect((await one('steps.csv', content)).rows.map(({ date }) => date)).toEqual(['2026-05-02']);
  });

  test('the hour that comes twice in autumn is one hour of the same day', async () => {
    const content = 'timestamp,steps\n2026-10-25T00:30:00Z,1\n2026-10-25T01:30:00Z,2\n2026-10-25T22:59:00Z,4\n';
    expect((await one('steps.csv', content)).rows.map(({ date, value }) => [date, value])).toEqual([['2026-10-25', 7]]);
  });

  test('a value for a day belongs to the day that is written, also where the clock showed the day before', async () => {
    const content = 'timestamp,beats per minute\n2026-05-01T00:00:00Z,58\n';
    const { rows } = await one('daily_resting_heart_rate.csv', content, { timeZone: 'America/New_York' });
    expect(rows.map(({ date, value }) => [date, value])).toEqual([['2026-05-01', 58]]);
  });

  test('a value for a day that is written at midnight of the place belongs to that day', async () => {
    const content = 'timestamp,beats per minute\n2026-04-30T22:00:00Z,58\n';
    const { rows } = await one('daily_resting_heart_rate.csv', content, { dayStartsAt: 4 });
    expect(rows.map(({ date }) => date)).toEqual(['2026-05-01']);
  });

  test('serial numbers and addresses are no part of a device', async () => {
    const content = [
      'timestamp,steps,data source',
      '2026-05-01T06:00:00Z,1,Charge 6 (AA:BB:CC:DD:EE:FF)',
      '2026-05-01T06:01:00Z,2,Charge 6 #G123456789',
      '2026-05-01T06:02:00Z,4,Charge 6 <0x28094ee60>',
      `2026-05-01T06:03:00Z,8,${'Watch '.repeat(50)}`,
    ].join('\n');
    const { rows } = await one('steps.csv', content);
    expect(rows.map(({ device, value }) => [device, value])).toEqual([
      ['Charge 6', 7],
      ['Watch '.repeat(10).trim(), 8],
    ]);
  });

  test('lines that cannot be read are refused one by one, without what they hold', async () => {
    const content = [
      'timestamp,steps,data source',
      '2026-05-01 06:00:00,secret,Phone',
      '2026-05-01T06:00:00,11,Phone',
      '2026-05-01T06:00:00Z,secret,Phone',
      '2026-05-01T06:00:00Z,-4,Phone',
      '2026-05-01T06:00:00Z,,Phone',
      '2026-02-30T06:00:00Z,11,Phone',
      '2026-05-01T06:00:00Z,11',
      '2026-05-01T06:00:00Z,11,Phone,more',
      `2026-05-01T06:00:00Z,${'9'.repeat(100_000)},Phone`,
      '',
      '2026-05-01T06:00:00Z,5,Phone',
    ].join('\n');
    const { rows, rejected } = await one('steps.csv', content);
    expect(rows.map(({ value }) => value)).toEqual([5]);
    expect(rejected.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(rejected.map(({ reason }) => reason).join()).not.toMatch(/secret|11/);
  });

  test('a sleep that two files have counts once, as it was changed last', async () => {
    const header = 'sleep_id,minutes_asleep,end_utc_offset,sleep_end,sleep_last_updated\n';
    const files = {
      [`${newer}${fitness}UserSleeps_1.csv`]: `${header}7,400,7200s,2026-05-02T05:00:00Z,2026-05-03T00:00:00Z\n`,
      [`${newer}${fitness}UserSleeps_2.csv`]: `${header}7,390,7200s,2026-05-02T05:00:00Z,2026-05-02T06:00:00Z\n8,30,+0200,2026-05-02 14:00:00+0000,\n`,
    };
    expect(brief(await read(files))).toEqual([
      ['Sleep', '2026-05-02', '07:00:00', 24_000, 'Fitbit', '7'],
      ['Sleep', '2026-05-02', '16:00:00', 1800, 'Fitbit', '8'],
    ]);
  });

  test('a sleep without an offset ends by the clock of the person', async () => {
    const content = 'sleep_id,minutes_asleep,end_utc_offset,sleep_end\n7,400,,2026-05-01T23:30:00Z\n';
    expect(brief(await one('', content))).toEqual([['Sleep', '2026-05-02', '01:30:00', 24_000, 'Fitbit', '7']]);
  });

  test('a sleep whose minutes are no number is refused as a whole', async () => {
    const content =
      'sleep_id,minutes_asleep,minutes_awake,end_utc_offset,sleep_end\n7,many,3,Z,2026-05-01T23:30:00Z\n,400,3,Z,2026-05-01T23:30:00Z\n';
    const { rows, rejected } = await one('', content);
    expect([rows, rejected.map(({ row }) => row)]).toEqual([[], [3, 2]]);
  });

  test('further values of a day are read when their header says what they are', async () => {
    const files = {
      [`${newer}${physical}daily_respiratory_rate.csv`]: 'timestamp,breaths per minute\n2026-05-01T00:00:00Z,14.2\n',
      [`${newer}${physical}daily_heart_rate_variability.csv`]: 'timestamp,rmssd\n2026-05-01T00:00:00Z,41\n',
    };
    const { rows, rejected, leftOut } = await read(files);
    expect(rows.map(({ name, value }) => [name, value])).toEqual([['Respiratory rate', 14.2]]);
    expect(rejected).toEqual([]);
    expect(leftOut.map(({ what }) => what)).toEqual([
      'Heart rate variability without a column "average heart rate variability milliseconds"',
    ]);
  });
});

describe('JSON', () => {
  const night = {
    logId: 26_013_218_219,
    dateOfSleep: '2026-05-02',
    startTime: '2026-05-01T23:10:30.000',
    endTime: '2026-05-02T06:40:30.000',
    duration: 27_000_000,
    minutesToFallAsleep: 0,
    minutesAsleep: 410,
    minutesAwake: 40,
    timeInBed: 450,
    efficiency: 94,
    type: 'stages',
    levels: {
      summary: {
        deep: { count: 3, minutes: 70, thirtyDayAvgMinutes: 60 },
        light: { minutes: 250 },
        rem: { minutes: 90 },
      },
      data: Array.from({ length: 3000 }, () => ({ dateTime: '2026-05-01T23:10:30.000', level: 'light', seconds: 30 })),
    },
    mainSleep: true,
  };
  const nap = { ...night, logId: 5, endTime: '2026-05-02T14:00:00.000', minutesAsleep: 30, levels: {} };

  test('of sleep is read where there is no table of it, or an empty one; movements by the half minute do not matter', async () => {
    const tables: Record<string, string>[] = [{}, { [`${newer}${fitness}UserSleeps_1.csv`]: 'no data' }];
    for (const table of tables) {
      const files = { [`${newer}${global}sleep-2026-05-01.json`]: JSON.stringify([night, nap]), ...table };
      expect(brief(await read(files)).filter(([name]) => name !== 'Awake at night')).toEqual([
        ['Sleep', '2026-05-02', '06:40:30', 24_600, 'Fitbit', '26013218219'],
        ['Time in bed', '2026-05-02', '06:40:30', 27_000, 'Fitbit', '26013218219'],
        ['Deep sleep', '2026-05-02', '06:40:30', 4200, 'Fitbit', '26013218219'],
        ['Light sleep', '2026-05-02', '06:40:30', 15_000, 'Fitbit', '26013218219'],
        ['REM sleep', '2026-05-02', '06:40:30', 5400, 'Fitbit', '26013218219'],
        ['Sleep efficiency', '2026-05-02', '06:40:30', 94, 'Fitbit', '26013218219'],
        ['Sleep', '2026-05-02', '14:00:00', 1800, 'Fitbit', '5'],
        ['Time in bed', '2026-05-02', '14:00:00', 27_000, 'Fitbit', '5'],
        ['Sleep efficiency', '2026-05-02', '14:00:00', 94, 'Fitbit', '5'],
      ]);
    }
  });

  test('of sleep that came alone is read, and a night that two files share counts once', async () => {
    const { rows } = await one('sleep.json', JSON.stringify([night, nap, night]));
    expect(rows.filter(({ name }) => name === 'Sleep')).toHaveLength(2);
  });

  test('numbers beyond 2^53 do not make two sleeps one', async () => {
    const ids =
      '[{"logId":9007199254740993,"dateOfSleep":"2026-05-02","startTime":"2026-05-02T01:00:00","minutesAsleep":1},{"logId":9007199254740992,"dateOfSleep":"2026-05-02","startTime":"2026-05-02T02:00:00","minutesAsleep":2}]';
    expect((await one('', ids)).rows.map(({ value }) => value)).toEqual([60, 120]);
  });

  test('of weight asks for its unit, which nothing in it says', async () => {
    const weights = [
      { logId: 1, weight: 154.5, bmi: 22, fat: 20.5, date: '05/01/26', time: '01:10:11', source: 'Aria' },
      { logId: 2, weight: 0, date: '05/02/26', time: '07:10:11' },
      { logId: 3, weight: 154, date: '31/12/26', time: '07:10:11' },
    ];
    const files = { [`${older}${global}weight-2026-05-01.json`]: JSON.stringify(weights) };
    const { rows, questions, rejected } = await read(files, { dayStartsAt: 4 });
    const common = { date: '2026-04-30', time: '01:10:11', device: 'Aria', key: '1' };
    expect(rows).toEqual([
      expect.objectContaining({ ...common, name: 'Weight', value: 154.5, question: 'weight-unit' }),
      expect.objectContaining({ ...common, name: 'Body fat', value: 20.5 }),
    ]);
    expect(rows[1]).not.toHaveProperty('question');
    expect(questions).toMatchObject([
      { id: 'weight-unit', kind: 'UNIT', choices: { kg: 1, lb: 0.45359237 }, suggestion: 'lb' },
    ]);
    expect(rejected.map(({ row }) => row)).toEqual([3]);
  });

  test('of weight is left out where the table has it, and nobody is asked', async () => {
    const files = {
      [`${newer}${physical}weight.csv`]: 'timestamp,weight grams,data source\n2026-05-01T05:30:00Z,70250,Aria\n',
      [`${newer}${global}weight-1.json`]: '[{"logId":1,"weight":154.9,"date":"05/01/26","time":"07:30:00"}]',
    };
    const { rows, questions } = await read(files);
    expect([rows.map(({ value }) => value), questions]).toEqual([[70.25], []]);
  });

  test('of resting heart rates is read without its zeros', async () => {
    const content = [
      { dateTime: '05/01/26 00:00:00', value: { date: '05/01/26', value: 61.25, error: 6.8 } },
      { dateTime: '05/02/26 00:00:00', value: { date: null, value: 0, error: 0 } },
    ];
    const files = { [`${newer}${global}resting_heart_rate-2026-05-01.json`]: JSON.stringify(content) };
    const { rows, leftOut } = await read(files);
    expect(rows.map(({ date, value }) => [date, value])).toEqual([['2026-05-01', 61.25]]);
    expect(leftOut).toHaveLength(1);
  });

  test('of steps, whose time zone is disputed, is read only when the person says which one', async () => {
    const steps = [
      { dateTime: '05/01/26 23:30:00', value: '10' },
      { dateTime: '05/01/26 23:31:00', value: '1' },
    ];
    const pulse = [{ dateTime: '05/01/26 23:30:05', value: { bpm: 61, confidence: 2 } }];
    const files = {
      [`${older}${global}steps-2026-05-01.json`]: JSON.stringify(steps),
      [`${older}${global}heart_rate-2026-05-01.json`]: JSON.stringify(pulse),
    };
    const told = async (jsonTimes: unknown) => brief(await read(files, { options: { jsonTimes } }));
    expect(await told('LOCAL')).toEqual([
      ['Steps', '2026-05-01', null, 11, 'Fitbit', 'day'],
      ['Heart rate', '2026-05-01', null, 61, 'Fitbit', 'day'],
    ]);
    expect((await told('UTC')).map(([, date]) => date)).toEqual(['2026-05-02', '2026-05-02']);
    for (const nothing of [undefined, 'utc+1', 7]) expect(await told(nothing)).toEqual([]);
    expect((await read(files)).leftOut.map(({ what }) => what)[0]).toMatch(/time zone.*jsonTimes/);
  });
});

describe('recognised', () => {
  const recognises = (files: Record<string, string>, isArchive?: boolean) =>
    googleTakeout.recognise(sourceOf(files, isArchive));

  test('is an archive by its folders, and a table that came alone by its header', async () => {
    expect(await recognises(archive)).toBe(true);
    expect(await recognises({ [`${older}${global}sleep-2026-05-01.json`]: '[]' }, true)).toBe(true);
    expect(await recognises({ 'whatever.csv': 'timestamp,steps,data source\n' })).toBe(true);
    expect(await recognises({ 'daily_resting_heart_rate.csv': 'timestamp,beats per minute\n' })).toBe(true);
  });

  test('is nothing else, whatever it is called', async () => {
    const others: [string, string][] = [
      ['', ''],
      ['Takeout.csv', 'date,metric,value\n2026-05-01,Steps,1\n'],
      ['steps_2026-05-01.csv', 'date,steps\n2026-05-01,1\n'],
      [
        'sleep.json',
        '{"format":"lifegraph","metrics":[],"entries":[{"notes":"[{\\"logId\\":1,\\"dateOfSleep\\":2}]"}]}',
      ],
      ['x.csv', 'timestamp,beats per minute\n2026-05-01T06:00:00Z,60\n'],
      ['x.csv', '\ufffd\ufffd\u0001\ufffd'],
    ];
    for (const [name, content] of others) expect(await recognises({ [name]: content })).toBe(false);
    expect(await recognises({ 'Takeout/Mail/steps_2026-05-01.csv': 'timestamp,steps\n', 'a.csv': '' })).toBe(false);
    expect(await recognises({ 'Takeout/Fitbit/README.md': '', 'Takeout/Fitbit/Menu.json': '' })).toBe(false);
  });
});

describe('a file with nothing in it', () => {
  const nothing = /Nothing was found that can be read/;

  test('is refused with what was expected: empty, of another program, junk, a header alone, "no data"', async () => {
    for (const content of ['', '\n\n', 'date,metric,value\n2026-05-01,Steps,1\n', '\ufffd\ufffd,\ufffd\n\u0001'])
      await expect(one('x.csv', content)).rejects.toThrow(nothing);
    await expect(one('x.csv', 'timestamp,steps,data source')).rejects.toThrow(nothing);
    await expect(read({ [`${newer}${physical}steps_1.csv`]: 'no data', [`${newer}a.txt`]: '' })).rejects.toThrow(
      nothing,
    );
  });

  test('is refused for a cell without an end', async () => {
    const content = `timestamp,steps\n2026-05-01T06:00:00Z,"${'1'.repeat(300_000)}`;
    await expect(one('steps.csv', content)).rejects.toThrow(/more than 262144 characters/);
  });
});

test('the values of a day are the sums of its minutes, for each device', async () => {
  const line = fc.record({
    minute: fc.integer({ min: 0, max: 3 * 1440 - 1 }),
    steps: fc.integer({ min: 0, max: 200 }),
    device: fc.constantFrom('Charge 6', 'Pixel 9', 'Health Connect, "by a friend"'),
  });
  const lines = fc.uniqueArray(line, { selector: ({ minute, device }) => `${minute} ${device}`, minLength: 1 });
  const quote = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 1, max: 50 }), async (made, piece) => {
      const sums = new Map<string, number>();
      const text = made.map(({ minute, steps, device }) => {
        const timestamp = new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString().replace('.000', '');
        const key = `${timestamp.slice(0, 10)} ${device}`;
        sums.set(key, (sums.get(key) ?? 0) + steps);
        return `${timestamp},${steps},${quote(device)}\n`;
      });
      // Every line twice: the other copy of another file.
      const content = `timestamp,steps,data source\n${text.join('')}${text.join('')}`;
      const { rows, rejected } = await one('steps.csv', content, { timeZone: 'UTC', piece });
      expect(new Map(rows.map(({ date, device, value }) => [`${date} ${device}`, value]))).toEqual(sums);
      expect(rejected).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
