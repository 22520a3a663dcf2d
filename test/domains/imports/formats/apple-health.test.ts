import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokenFileError } from '../../../../src/domains/imports/broken-file.ts';
import { appleHealth } from '../../../../src/domains/imports/formats/apple-health/apple-health.ts';
import { RecentCopies } from '../../../../src/domains/imports/formats/apple-health/recent-copies.ts';
import { readWith, sourceOf, type Read, type ReadOptions } from './reading.ts';

const fixture = readFileSync(new URL('fixtures/apple-health/export.xml', import.meta.url), 'utf8');

const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData ANY>\n]>\n<HealthData locale="en_US">\n';
const exportOf = (...elements: string[]) => `${head}${elements.join('\n')}\n</HealthData>\n`;

type Fields = { type?: string; value?: string; unit?: string; source?: string; start?: string; end?: string };
function record({ type = 'HKQuantityTypeIdentifierStepCount', value, unit, source, start, end }: Fields): string {
  const startDate = start ?? '2026-11-20 07:00:00 +0100';
  const attributes = { type, sourceName: source ?? 'Watch', unit, startDate, endDate: end ?? startDate, value };
  const written = Object.entries(attributes).map(([name, text]) => (text === undefined ? '' : ` ${name}="${text}"`));
  return `<Record${written.join('')}/>`;
}
const quantity = (name: string, unit: string, value: string, more: Fields = {}) =>
  record({ type: `HKQuantityTypeIdentifier${name}`, unit, value, ...more });
const steps = (value: string, more: Fields = {}) => quantity('StepCount', 'count', value, more);
const sleep = (kind: string, start: string, end: string, source = 'Watch') =>
  record({
    type: 'HKCategoryTypeIdentifierSleepAnalysis',
    value: `HKCategoryValueSleepAnalysis${kind}`,
    start: start.length > 20 ? start : `${start} +0100`,
    end: end.length > 20 ? end : `${end} +0100`,
    source,
  });

const readText = (text: string, options?: ReadOptions): Promise<Read> =>
  readWith(appleHealth, sourceOf({ 'export.xml': text }, false, options?.piece), options);
const read = (...elements: string[]): Promise<Read> => readText(exportOf(...elements));
const valuesOf = ({ rows }: Read) => rows.map(({ name, date, time, value }) => [name, date, time, value]);
const reasonsOf = ({ rejected }: Read) => rejected.map(({ reason }) => reason);

async function refusal(text: string): Promise<string> {
  const error = await readText(text).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrokenFileError);
  return (error as BrokenFileError).issues[0]!.message;
}

describe('an export of Apple Health', () => {
  it('is known by how its XML begins, whatever it is called', async () => {
    const archive = (files: Record<string, string>) => appleHealth.recognise(sourceOf(files, true));
    expect(await archive({ 'apple_health_export/export.xml': fixture })).toBe(true);
    const localised = {
      'apple_health_export/export_cda.xml': '<ClinicalDocument/>',
      'apple_health_export/导出.xml': fixture,
    };
    expect(await archive(localised)).toBe(true);
    expect(await appleHealth.recognise(sourceOf({ 'mine.txt': fixture }, false))).toBe(true);
    expect(await archive({ 'a/b/export.xml': fixture })).toBe(false);
    expect(await archive({ '__MACOSX/export.xml': fixture })).toBe(false);
    expect(await archive({ 'apple_health_export/export.csv': fixture })).toBe(false);
  });

  it.each([
    ['date,steps\n2026-11-20,100\n'],
    ['{"format":"lifegraph","version":1}'],
    ['{"data":{"metrics":[]}}'],
    ['<?xml version="1.0"?><ClinicalDocument/>'],
    ['\uFFFD\uFFFD\uFFFD'],
    [''],
  ])('is not %j', async (text) => {
    expect(await appleHealth.recognise(sourceOf({ 'export.xml': text }, false))).toBe(false);
    expect(await refusal(text)).toMatch(/no export of Apple Health/);
  });

  it('is read from the archive by its head, not by its name', async () => {
    const files = {
      'apple_health_export/export_cda.xml': '<ClinicalDocument/>',
      'apple_health_export/Exportieren.xml': exportOf(steps('12')),
      'apple_health_export/electrocardiograms/ecg_2026-01-01.csv': 'Name,Ada',
    };
    const { rows } = await readWith(appleHealth, sourceOf(files));
    expect(rows.map(({ value }) => value)).toEqual([12]);
  });

  it('becomes what was counted by hand', async () => {
    const { rows, rejected, leftOut, questions } = await readText(fixture);
    const shown = rows.map(({ name, date, time, value, device }) => [name, date, time, value, device].join(' | '));
    expect(shown.toSorted()).toEqual(
      [
        'Steps | 2026-11-19 |  | 500 | Ada’s iPhone',
        'Steps | 2026-11-20 |  | 1000 | Ada’s iPhone',
        'Steps | 2026-11-19 |  | 420 | Ada’s Apple Watch',
        // A quarter of a mile (402.336 m), and 500 m.
        'Distance | 2026-11-19 |  | 0.902336 | Ada’s iPhone',
        'Heart rate | 2026-11-19 |  | 75 | Ada’s Apple Watch',
        'Weight | 2026-11-19 | 07:15:00 | 68.0388555 | Withings',
        'Oxygen saturation | 2026-11-19 |  | 97 | Ada’s Apple Watch',
        'Blood pressure, systolic | 2026-11-19 | 07:20:00 | 121 | Omron',
        'Blood pressure, diastolic | 2026-11-19 | 07:20:00 | 79 | Omron',
        // 8 h 5 min.
        'Time in bed | 2026-11-19 | 06:55:00 | 29100 | Ada’s iPhone',
        // 1 h, 50 min and 5 h 30 min; awake for ten minutes.
        'Sleep | 2026-11-19 | 06:40:00 | 26400 | Ada’s Apple Watch',
        'Light sleep | 2026-11-19 | 06:40:00 | 3600 | Ada’s Apple Watch',
        'Deep sleep | 2026-11-19 | 06:40:00 | 3000 | Ada’s Apple Watch',
        'REM sleep | 2026-11-19 | 06:40:00 | 19800 | Ada’s Apple Watch',
        'Awake at night | 2026-11-19 | 06:40:00 | 600 | Ada’s Apple Watch',
        'Stand hours | 2026-11-19 |  | 1 | Ada’s Apple Watch',
        'Mindfulness | 2026-11-19 | 21:00:00 | 630 | Headspace',
        'Workouts | 2026-11-19 | 18:00:00 | 2550 | Ada’s Apple Watch',
      ].toSorted(),
    );
    expect(rejected).toEqual([]);
    expect(questions).toEqual([]);
    expect(leftOut.map(({ what, records }) => `${records} ${what}`)).toEqual([
      '1 Environmental audio exposure, which Lifegraph has no metric for',
      '1 Groups of records (Correlation): their records stand alone as well',
      '1 Distance, energy and heart rate of single workouts: the records of the day have them',
      '1 Activity rings (ActivitySummary): the records they sum up are taken instead',
    ]);
  });

  it('is the same in pieces of any length, and with other ends of lines', async () => {
    const whole = await readText(fixture);
    for (const piece of [1, 7, 65_536]) expect(await readText(fixture, { piece })).toEqual(whole);
    expect(await readText(fixture.replaceAll('\n', '\r\n'))).toEqual(whole);
    expect(
      await readText(
        fixture.replace(/\n/g, (_, at: number) => ['\n', '\r\n', '\r'][at % 3]!),
        { piece: 1 },
      ),
    ).toEqual(whole);
  });

  it('counts the records behind a value, and names the first of them', async () => {
    const { rows } = await read(
      steps('1', { start: '2026-11-20 07:00:00 +0100' }),
      steps('2', { source: 'Phone' }),
      steps('3'),
    );
    expect(rows.map(({ row, records, key, value }) => ({ row, records, key, value }))).toEqual([
      { row: 1, records: 2, key: 'day', value: 4 },
      { row: 2, records: 1, key: 'day', value: 2 },
    ]);
  });
});

describe('a record', () => {
  it('counts once, however many exact copies of it there are, and wherever they stand', async () => {
    const copies = Array.from({ length: 8 }, () => steps('10'));
    const others = Array.from({ length: 1000 }, (_, i) => quantity('FlightsClimbed', 'count', String(i)));
    const { rows } = await read(...copies, ...others, steps('10'));
    expect(rows.find(({ name }) => name === 'Steps')).toMatchObject({ value: 10, records: 1 });
  });

  it.each([
    ['value', { value: '11' }],
    ['source', { source: 'Phone' }],
    ['start', { start: '2026-11-20 07:00:01 +0100', end: '2026-11-20 07:00:00 +0100' }],
    ['end', { end: '2026-11-20 07:00:01 +0100' }],
    ['type', { type: 'HKQuantityTypeIdentifierFlightsClimbed' }],
  ])('is no copy of one with another %s', async (_, other) => {
    const { rows } = await read(steps('10'), steps('10', other));
    expect(rows.reduce((sum, { records }) => sum + records!, 0)).toBe(2);
  });

  it('within a correlation stands at the top as well, and counts once even so', async () => {
    const systolic = quantity('BloodPressureSystolic', 'mmHg', '120');
    const correlation = `<Correlation type="HKCorrelationTypeIdentifierBloodPressure" sourceName="x">${systolic.replace('120', '130')}</Correlation>`;
    expect((await read(correlation, systolic)).rows.map(({ value }) => value)).toEqual([120]);
  });

  it('may have its start twice, a fault of iOS 16: the last one counts', async () => {
    const twice = steps('10').replace('endDate', 'startDate="2026-11-22 08:00:00 +0100" endDate');
    const { rows, rejected } = await read(twice, steps('5'));
    expect(rows.map(({ date, value }) => [date, value])).toEqual([
      ['2026-11-22', 10],
      ['2026-11-20', 5],
    ]);
    expect(rejected).toEqual([]);
  });

  it('belongs to the day its own wall clock shows, wherever the person is now', async () => {
    const text = exportOf(
      steps('1', { start: '2026-11-20 23:30:00 -0800' }),
      steps('2', { start: '2026-11-20 00:30:00 +1300' }),
      steps('4', { start: '2024-02-29 12:00:00 +0530' }),
    );
    expect(valuesOf(await readText(text, { timeZone: 'Europe/Berlin' }))).toEqual([
      ['Steps', '2026-11-20', null, 3],
      ['Steps', '2024-02-29', null, 4],
    ]);
  });

  it('before the hour at which the day begins belongs to the day before', async () => {
    const weight = quantity('BodyMass', 'kg', '70', { start: '2026-11-20 03:59:59 +0100' });
    const text = exportOf(
      steps('1', { start: '2026-11-20 03:59:59 +0100' }),
      steps('2', { start: '2026-11-20 04:00:00 +0100' }),
      weight,
    );
    expect(valuesOf(await readText(text, { dayStartsAt: 4 }))).toEqual([
      ['Weight', '2026-11-19', '03:59:59', 70],
      ['Steps', '2026-11-19', null, 1],
      ['Steps', '2026-11-20', null, 2],
    ]);
  });

  it('may be written with a clock of twelve hours, or as ISO 8601', async () => {
    const texts = ['2026-11-20 7:05:11 PM +0100', '2026-11-20 12:05:11\u202fAM +0100', '2026-11-20T19:05:11.123+01:00'];
    const { rows } = await read(...texts.map((start, i) => quantity('BodyMass', 'kg', `7${i}`, { start })));
    expect(rows.map(({ time }) => time)).toEqual(['19:05:11', '00:05:11', '19:05:11']);
  });

  it.each([
    ['2026-02-29 07:00:00 +0100'],
    ['2026-11-20 24:00:00 +0100'],
    ['2026-11-20 07:60:00 +0100'],
    ['2026-11-20 07:00:00 +9900'],
    ['2026-11-20 07:00:00 0100 '],
    ['2026-11-20 07:00:00'],
    ['20/11/2026 07:00'],
    ['1800-01-01 07:00:00 +0100'],
    [''],
  ])('is refused when its date is %j', async (start) => {
    const { rows, rejected } = await read(steps('1', { start, end: '2026-11-20 08:00:00 +0100' }), steps('2'));
    expect(rejected).toEqual([{ row: 1, reason: 'The start or the end is no date that can be read.' }]);
    expect(rows).toHaveLength(1);
  });

  it.each([[''], ['12,5'], ['Infinity'], ['NaN'], ['0x10'], ['1e999'], ['abc'], [' ']])(
    'is refused when its value is %j',
    async (value) => {
      expect(reasonsOf(await read(steps(value)))).toEqual(['The value is no number.']);
    },
  );

  it('is refused without a type or a value, or with a strange unit', async () => {
    const unnamed = steps('1').replace(/ type="\w+"/, '');
    const valueless = steps('1').replace(/ value="\w+"/, '');
    const { rejected } = await read(
      unnamed,
      valueless,
      quantity('BodyMass', 'mmol<1>/L', '1'),
      quantity('BodyMass', 'constructor', '2'),
    );
    expect(rejected.map(({ row, reason }) => `${row} ${reason}`)).toEqual([
      '1 The record has no type.',
      '2 The value is no number.',
      '3 The unit is none that this type is known to have.',
      '4 The unit is none that this type is known to have.',
    ]);
  });

  it('of a type that Lifegraph has no metric for is left out, and said once', async () => {
    const { rows, leftOut } = await read(
      quantity('AppleStandTime', 'min', '1'),
      quantity('AppleStandTime', 'min', '2'),
      quantity('constructor', 'min', '2'),
      record({ type: 'HKDataTypeSleepDurationGoal', value: '8' }),
      '<ClinicalRecord type="x"/>',
    );
    expect(rows).toEqual([]);
    expect(leftOut).toEqual([
      { what: 'Apple stand time, which Lifegraph has no metric for', records: 2 },
      { what: 'Constructor, which Lifegraph has no metric for', records: 1 },
      { what: 'Data type sleep duration goal, which Lifegraph has no metric for', records: 1 },
      { what: 'Clinical record, which Lifegraph has no metric for', records: 1 },
    ]);
  });

  it('of a thousand types makes no report without an end', async () => {
    const { leftOut } = await read(...Array.from({ length: 3000 }, (_, i) => record({ type: `HKType${i}` })));
    expect(leftOut).toHaveLength(201);
    expect(leftOut.at(-1)).toMatchObject({ records: 2800 });
  });

  it.each([
    ['DistanceWalkingRunning', 'mi', '2', 'Distance', 3.218688],
    ['DistanceWalkingRunning', 'm', '1500', 'Distance', 1.5],
    ['DistanceCycling', 'km', '12.5', 'Cycling distance', 12.5],
    ['DistanceSwimming', 'yd', '100', 'Swimming distance', 0.09144],
    ['ActiveEnergyBurned', 'Cal', '250', 'Active energy', 250],
    ['ActiveEnergyBurned', 'kJ', '418.4', 'Active energy', 100],
    ['BasalEnergyBurned', 'kcal', '1500', 'Resting energy', 1500],
    ['AppleExerciseTime', 'min', '30', 'Exercise', 1800],
    ['FlightsClimbed', 'count', '3', 'Floors climbed', 3],
    ['BodyMass', 'st', '10', 'Weight', 63.5029318],
    ['BodyFatPercentage', '%', '0.215', 'Body fat', 21.5],
    ['BodyFatPercentage', '%', '21.5', 'Body fat', 21.5],
    ['OxygenSaturation', '%', '1', 'Oxygen saturation', 100],
    ['BodyTemperature', 'degF', '98.6', 'Body temperature', 37],
    ['BodyTemperature', 'degC', '36.6', 'Body temperature', 36.6],
    ['BloodGlucose', 'mg/dL', '99', 'Blood glucose', 99],
    ['BloodGlucose', 'mmol&lt;180.1558800000541&gt;/L', '5.5', 'Blood glucose', 99.085734],
    ['BloodGlucose', 'mmol/L', '5', 'Blood glucose', 90.07794],
    ['HeartRate', 'count/s', '1.5', 'Heart rate', 90],
    ['HeartRateVariabilitySDNN', 'ms', '42.5', 'Heart rate variability', 42.5],
    ['RestingHeartRate', 'count/min', '55', 'Resting heart rate', 55],
    ['RespiratoryRate', 'count/min', '14', 'Respiratory rate', 14],
    ['VO2Max', 'mL/min·kg', '41.2', 'VO2 max', 41.2],
    ['DietaryWater', 'fl_oz_us', '8', 'Water', 236.5882365],
    ['DietaryCaffeine', 'g', '0.1', 'Caffeine', 100],
    ['BloodPressureSystolic', 'kPa', '16', 'Blood pressure, systolic', 120.009852],
    ['WaistCircumference', 'in', '30', 'Waist', 76.2],
  ])('of %s in %s is converted', async (name, unit, value, metric, expected) => {
    const { rows } = await read(quantity(name, unit, value));
    expect(rows.map((row) => [row.name, row.value])).toEqual([[metric, expect.closeTo(expected, 5)]]);
  });

  it('measured in the night belongs to the morning after', async () => {
    const night = { start: '2026-11-19 23:00:00 +0100', end: '2026-11-20 06:30:00 +0100' };
    expect(valuesOf(await read(quantity('AppleSleepingWristTemperature', 'degC', '35.1', night)))).toEqual([
      ['Wrist temperature', '2026-11-20', null, 35.1],
    ]);
  });

  it('may change its unit in the middle', async () => {
    const { rows } = await read(
      quantity('DistanceCycling', 'km', '1'),
      quantity('DistanceCycling', 'mi', '2'),
      quantity('DistanceCycling', 'km', '3'),
    );
    expect(rows[0]!.value).toBe(7.218688);
  });
});

describe('a source', () => {
  const deviceOf = async (source: string) => (await read(steps('1', { source }))).rows[0]!.device;

  it('is named as the person named it, with plain spaces', async () => {
    expect(await deviceOf('Ada’s Apple\u00a0Watch')).toBe('Ada’s Apple Watch');
    expect(await deviceOf('  Tom &amp; Jerry ')).toBe('Tom & Jerry');
    expect(await deviceOf('')).toBeNull();
  });

  it('has no memory address, which would make another device of it each time', async () => {
    expect(await deviceOf('&lt;&lt;HKDevice: 0x2819b5e00&gt;, name:Apple Watch, model:Watch&gt;')).toBe('Apple Watch');
    expect(await deviceOf('Scale 0x2819b5e00')).toBe('Scale');
  });

  it('has at most sixty characters, none of them halved', async () => {
    expect(await deviceOf('x'.repeat(100))).toBe('x'.repeat(60));
    expect(await deviceOf(`${'x'.repeat(59)}🙂`)).toBe('x'.repeat(59));
  });

  it('that is another one counts for itself: an iPhone and a Watch never add up', async () => {
    const { rows } = await read(steps('100', { source: 'iPhone' }), steps('110', { source: 'Watch' }));
    expect(rows.map(({ device, value }) => [device, value])).toEqual([
      ['iPhone', 100],
      ['Watch', 110],
    ]);
  });

  it('may be one of ten thousand', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => steps('1', { source: `App ${i % 6000}` }));
    const { rows } = await read(...many);
    expect(new Set(rows.map(({ device }) => device)).size).toBe(6000);
  });
});

describe('a sleep', () => {
  it('belongs to the day of waking up, also what of it was before midnight', async () => {
    const night = await read(
      sleep('AsleepCore', '2026-11-19 22:00:00', '2026-11-19 23:00:00'),
      sleep('AsleepDeep', '2026-11-19 23:00:00', '2026-11-20 06:00:00'),
    );
    expect(valuesOf(night)).toEqual([
      ['Sleep', '2026-11-20', '06:00:00', 8 * 3600],
      ['Light sleep', '2026-11-20', '06:00:00', 3600],
      ['Deep sleep', '2026-11-20', '06:00:00', 7 * 3600],
    ]);
    expect(night.rows[0]).toMatchObject({ key: '2026-11-19T21:00:00Z', records: 2, row: 1 });
  });

  it('belongs to that day also when the person goes on with the day before until four', async () => {
    const text = exportOf(sleep('Asleep', '2026-11-19 22:00:00', '2026-11-20 03:30:00'));
    expect(valuesOf(await readText(text, { dayStartsAt: 4 }))).toEqual([['Sleep', '2026-11-20', '03:30:00', 19_800]]);
  });

  it('never adds time in bed to time asleep', async () => {
    const night = ['2026-11-19 23:00:00', '2026-11-20 07:00:00'] as const;
    expect(valuesOf(await read(sleep('InBed', ...night), sleep('AsleepUnspecified', ...night)))).toEqual([
      ['Sleep', '2026-11-20', '07:00:00', 8 * 3600],
      ['Time in bed', '2026-11-20', '07:00:00', 8 * 3600],
    ]);
  });

  it('counts what overlaps once, within a device', async () => {
    const rows = valuesOf(
      await read(
        sleep('Asleep', '2026-11-20 00:00:00', '2026-11-20 06:00:00'),
        sleep('AsleepCore', '2026-11-20 01:00:00', '2026-11-20 02:00:00'),
        sleep('AsleepCore', '2026-11-20 01:30:00', '2026-11-20 02:30:00'),
        sleep('Asleep', '2026-11-20 05:00:00', '2026-11-20 07:00:00'),
      ),
    );
    expect(rows).toEqual([
      ['Sleep', '2026-11-20', '07:00:00', 7 * 3600],
      ['Light sleep', '2026-11-20', '07:00:00', 1.5 * 3600],
    ]);
  });

  it('of two devices is two sleeps', async () => {
    const { rows } = await read(
      sleep('Asleep', '2026-11-20 00:00:00', '2026-11-20 06:00:00', 'Watch'),
      sleep('Asleep', '2026-11-20 00:10:00', '2026-11-20 06:20:00', 'Ring'),
    );
    expect(rows.map(({ device, value }) => [device, value])).toEqual([
      ['Watch', 21_600],
      ['Ring', 22_200],
    ]);
  });

  it('is the same in whatever order its parts stand', async () => {
    const intervals = [
      sleep('AsleepCore', '2026-11-19 23:00:00', '2026-11-20 00:30:00'),
      sleep('AsleepREM', '2026-11-20 00:30:00', '2026-11-20 01:30:00'),
      sleep('Awake', '2026-11-20 01:30:00', '2026-11-20 01:40:00'),
      sleep('AsleepDeep', '2026-11-20 01:40:00', '2026-11-20 05:00:00'),
      sleep('InBed', '2026-11-20 13:00:00', '2026-11-20 14:00:00'),
    ];
    const expected = valuesOf(await read(...intervals));
    expect(valuesOf(await read(...intervals.toReversed()))).toEqual(expected);
    expect(expected).toHaveLength(6);
  });

  it('goes on after two hours awake, and is another one after more', async () => {
    const first = sleep('Asleep', '2026-11-19 20:00:00', '2026-11-19 23:30:00');
    expect(valuesOf(await read(first, sleep('Asleep', '2026-11-20 01:30:00', '2026-11-20 06:00:00')))).toEqual([
      ['Sleep', '2026-11-20', '06:00:00', 8 * 3600],
    ]);
    expect(valuesOf(await read(first, sleep('Asleep', '2026-11-20 01:30:01', '2026-11-20 06:00:01')))).toEqual([
      ['Sleep', '2026-11-19', '23:30:00', 3.5 * 3600],
      ['Sleep', '2026-11-20', '06:00:01', 4.5 * 3600],
    ]);
  });

  it('never goes on for more than a day, however its parts overlap, and counts no hour twice', async () => {
    const days = Array.from({ length: 20 }, (_, i) => {
      const day = String(i + 1).padStart(2, '0');
      return sleep('InBed', `2026-11-${day} 00:00:00`, `2026-11-${day} 23:59:59`);
    });
    const { rows } = await read(...days, sleep('InBed', '2026-11-10 12:00:00', '2026-11-11 11:00:00'));
    expect(rows.length).toBeGreaterThan(9);
    expect(rows.reduce((sum, { value }) => sum + Number(value), 0)).toBe(20 * 86_399 + 1);
  });

  it('lasts as long as it lasted when the clocks are set back', async () => {
    const night = sleep('Asleep', '2026-10-24 23:00:00 +0200', '2026-10-25 07:00:00 +0100');
    expect(valuesOf(await read(night))).toEqual([['Sleep', '2026-10-25', '07:00:00', 9 * 3600]]);
  });

  it('is refused when it ends before it begins, lasts for days or is of no known kind', async () => {
    const refused = await read(
      sleep('Asleep', '2026-11-20 06:00:00', '2026-11-20 05:00:00'),
      sleep('Asleep', '2026-11-18 00:00:00', '2026-11-20 05:00:00'),
      sleep('Dreaming', '2026-11-20 00:00:00', '2026-11-20 05:00:00'),
      sleep('Asleep', '2026-11-20 05:00:00', '2026-11-20 05:00:00'),
    );
    expect(reasonsOf(refused)).toEqual([
      'The sleep ends before it begins.',
      'The sleep lasts for more than a day.',
      'The value is none that a sleep is known to have.',
    ]);
    expect(refused.rows).toEqual([]);
  });

  it('covers what its parts cover (property)', async () => {
    const interval = fc.tuple(
      fc.nat({ max: 200 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom('InBed', 'Asleep', 'AsleepREM'),
    );
    const at = (minute: number) =>
      new Date(Date.UTC(2026, 10, 20) + minute * 60_000).toISOString().slice(0, 19).replace('T', ' ');
    await fc.assert(
      fc.asyncProperty(fc.array(interval, { minLength: 1, maxLength: 30 }), async (intervals) => {
        const { rows } = await read(
          ...intervals.map(([from, length, kind]) => sleep(kind, at(from), at(from + length))),
        );
        const minutes = (kinds: string[]) => {
          const covered = intervals.filter(([, , kind]) => kinds.includes(kind));
          return new Set(covered.flatMap(([from, length]) => Array.from({ length }, (_, i) => from + i))).size;
        };
        const seconds = (name: string) =>
          rows.filter((row) => row.name === name).reduce((sum, { value }) => sum + Number(value), 0);
        expect(seconds('Sleep')).toBe(minutes(['Asleep', 'AsleepREM']) * 60);
        expect(seconds('REM sleep')).toBe(minutes(['AsleepREM']) * 60);
        expect(seconds('Time in bed')).toBe(minutes(['InBed']) * 60);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a workout', () => {
  const workout = (attributes: string) =>
    `<Workout workoutActivityType="HKWorkoutActivityTypeRunning" sourceName="Watch" startDate="2026-11-20 18:00:00 +0100" endDate="2026-11-20 18:30:00 +0100" ${attributes}><WorkoutStatistics type="HKQuantityTypeIdentifierStepCount" sum="9"/></Workout>`;

  it('is one entry with its duration and what it was', async () => {
    const { rows } = await read(workout('duration="25.5" durationUnit="min" totalDistance="5" totalDistanceUnit="km"'));
    expect(rows).toEqual([
      {
        row: 1,
        name: 'Workouts',
        metric: 0,
        date: '2026-11-20',
        time: '18:00:00',
        value: 1530,
        device: 'Watch',
        tags: ['Running'],
      },
    ]);
  });

  it('lasts from its start to its end when it does not say how long', async () => {
    const { rows, rejected } = await read(workout(''), workout('duration="9" durationUnit="parsec"'));
    expect(rows.map(({ value }) => value)).toEqual([1800]);
    expect(rejected).toEqual([]);
  });

  it('counts once when it is there twice, and is refused when its duration is none', async () => {
    expect((await read(workout('duration="1"'), workout('duration="1"'))).rows).toHaveLength(1);
    for (const duration of ['-1', 'abc', '']) {
      expect(reasonsOf(await read(workout(`duration="${duration}"`)))).toEqual(['The workout has no duration.']);
    }
  });
});

describe('a broken export', () => {
  it('is refused when its end is missing, wherever it is cut off', async () => {
    const start = fixture.indexOf('<ExportDate');
    for (let at = start + 20; at < fixture.length - 20; at += 997)
      expect(await refusal(fixture.slice(0, at))).toMatch(/^Line \d+ of the file cannot be read/);
  });

  it('is refused when tags do not match, or junk stands in it', async () => {
    expect(await refusal(exportOf(steps('1'), '</Correlation>'))).toMatch(/cannot be read/);
    expect(await refusal(exportOf('<Record>', steps('1')))).toMatch(/cannot be read/);
    expect(await refusal(`${head}\uFFFD<\uFFFD\uFFFD><<</HealthData>`)).toMatch(/cannot be read/);
  });

  it('is refused when it holds no records', async () => {
    expect(await refusal(exportOf('<ExportDate value="2026-11-20 07:00:00 +0100"/>', '<Me/>'))).toMatch(
      /holds no records/,
    );
    expect(await refusal('<HealthData/>')).toMatch(/holds no records/);
    expect(await refusal('<!DOCTYPE HealthData []><Other/>')).toMatch(/no export of Apple Health/);
  });

  it('expands no entity of its own', async () => {
    const bomb = `<!DOCTYPE HealthData [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><HealthData>${steps('1', { source: '&b;' })}</HealthData>`;
    expect((await readText(bomb)).rows[0]!.device).toBe('&b;');
  });

  it('reads a declaration that is no good, as iOS 16 wrote some', async () => {
    const text = exportOf(steps('1')).replace(
      '<!ELEMENT HealthData ANY>',
      '<!ATTLIST Record\n  startDate CDATA #REQUIRED\n startDate <!ELEMENT',
    );
    expect((await readText(text)).rows).toHaveLength(1);
  });

  it('never holds a cell, a depth or a list of faults without an end', async () => {
    expect(await refusal(exportOf(steps('1'.repeat(5_000_000))))).toMatch(/cannot be read/);
    expect(await refusal(exportOf('<a>'.repeat(100) + '</a>'.repeat(100)))).toMatch(/nested too deeply/);
    expect(await refusal(exportOf(steps('1', { source: '&x;'.repeat(100_001) })))).toMatch(/cannot be read/);
  });
});

it('many records are read as they were written (property)', async () => {
  const types = ['StepCount', 'FlightsClimbed', 'PushCount'];
  const made = fc.record({
    type: fc.constantFrom(...types),
    minute: fc.nat({ max: 4 * 1440 - 1 }),
    value: fc.nat({ max: 1000 }),
    source: fc.constantFrom('Phone', 'Watch'),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(made, { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 200 }),
      async (list, piece) => {
        const dateOf = (minute: number) => new Date(Date.UTC(2026, 10, 20) + minute * 60_000).toISOString();
        const sums: Record<string, number> = {};
        const seen = new Set<string>();
        for (const { type, minute, value, source } of list) {
          if (seen.has(`${type}${minute}${value}${source}`)) continue;
          seen.add(`${type}${minute}${value}${source}`);
          const key = `${type} ${dateOf(minute).slice(0, 10)} ${source}`;
          sums[key] = (sums[key] ?? 0) + value;
        }
        const text = exportOf(
          ...list.map(({ type, minute, value, source }) =>
            quantity(type, 'count', String(value), {
              source,
              start: `${dateOf(minute).slice(0, 19).replace('T', ' ')} +0300`,
            }),
          ),
        );
        const names: Record<string, string> = {
          Steps: types[0]!,
          'Floors climbed': types[1]!,
          'Wheelchair pushes': types[2]!,
        };
        const { rows } = await readText(text, { piece });
        expect(
          Object.fromEntries(rows.map(({ name, date, device, value }) => [`${names[name]} ${date} ${device}`, value])),
        ).toEqual(sums);
      },
    ),
    { numRuns: 100 },
  );
});

describe('the memory for copies', () => {
  it('knows at least as many as it promises, forgets after twice as many, and takes none for another', () => {
    const copies = new RecentCopies(1024);
    const add = (i: number) => copies.add(1, 2, i, i + 1, '3');
    for (let i = 0; i < 5000; i++) {
      expect(add(i)).toBe(false);
      expect(add(Math.max(0, i - 1023))).toBe(true);
    }
    expect(add(5000 - 2049)).toBe(false);
  });

  it('takes no one of three hundred thousand for another', () => {
    const copies = new RecentCopies();
    let taken = 0;
    for (let i = 0; i < 300_000; i++)
      if (copies.add(i % 3, i % 5, 1_700_000_000 + i, 1_700_000_000 + i, String(i % 7))) taken++;
    expect(taken).toBe(0);
  });
});
