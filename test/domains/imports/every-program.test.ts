import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFormats } from '../../../src/domains/imports/input.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';
import { makeZip } from '../../setup/zip.ts';
import { applyImport, exportJson, importFile, settled, undoImport, type Body } from './transfer.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

const zip = (files: Record<string, string>): Uint8Array =>
  makeZip(Object.entries(files).map(([name, data]) => ({ name, data })));

const daylio = (mood: string): string =>
  'full_date,date,weekday,time,mood,activities,note_title,note\n' +
  `2026-01-02,January 2,Friday,8:30 pm,${mood},run | friends,,slept well\n2026-01-01,January 1,Thursday,21:00,good,,,\n`;

/** A small export of each program, and the metrics that come of it. */
const uploads: Record<string, { file: Body; metrics: string[]; entries: number }> = {
  APPLE_HEALTH: {
    file: zip({
      'apple_health_export/export.xml':
        '<!DOCTYPE HealthData []><HealthData><Record type="HKQuantityTypeIdentifierBodyMass" sourceName="Scale" unit="lb" ' +
        'startDate="2026-01-01 07:00:00 +0100" endDate="2026-01-01 07:00:00 +0100" value="160"/></HealthData>',
    }),
    metrics: ['Weight'],
    entries: 1,
  },
  HEALTH_AUTO_EXPORT: {
    file: '{"data":{"metrics":[{"name":"step_count","units":"count","data":[{"qty":900,"date":"2026-01-01 00:00:00 +0100"}]}]}}',
    metrics: ['Steps'],
    entries: 1,
  },
  GOOGLE_TAKEOUT: {
    file: zip({
      'Takeout/Google Health/Physical Activity_GoogleData/steps_2026-01-01.csv':
        'timestamp,steps,data source\n2026-01-01T10:00:00Z,50,Charge 6\n2026-01-01T10:01:00Z,60,Charge 6\n',
    }),
    metrics: ['Steps'],
    entries: 1,
  },
  OURA: {
    file: zip({
      'App Data/dailyactivity.csv': 'id;day;equivalent_walking_distance;score;steps\na1;2026-01-01;6200;81;8000\n',
    }),
    metrics: ['Activity score', 'Distance', 'Steps'],
    entries: 3,
  },
  GARMIN: {
    file: zip({
      'DI_CONNECT/DI-Connect-Aggregator/UDSFile_1.json': '[{"calendarDate":"2026-01-01","totalSteps":7000}]',
    }),
    metrics: ['Steps'],
    entries: 1,
  },
  LOOP_HABITS: {
    file: zip({
      'Habits.csv':
        'Position,Name,Type,Question,Description,FrequencyNumerator,FrequencyDenominator,Color,Unit,Target Type,Target Value,Archived?\n' +
        '001,Run,YES_NO,,,1,1,#FF0000,,,,false\n',
      '001 Run/Checkmarks.csv': 'Date,Value,Notes\n2026-01-02,YES_MANUAL,\n2026-01-01,NO,\n',
    }),
    metrics: ['Run'],
    entries: 2,
  },
  DAYLIO: { file: daylio('meh'), metrics: ['Mood'], entries: 2 },
  NOMIE: {
    file: 'epoch,start,end,offset,tracker,value,note,lat,lng,location,score\n1767258000,2026-01-01T09:00:00.000Z,2026-01-01T09:00:00.000Z,-60,coffee,2,#coffee(2),,,,0\n',
    metrics: ['coffee'],
    entries: 1,
  },
  TRACK_AND_GRAPH: {
    file: 'FeatureName,Timestamp,Value,Label,Note\nWater,2026-01-01T10:00:00+01:00,3,,\n',
    metrics: ['Water'],
    entries: 1,
  },
  HABITBULL: {
    file: 'HabitName,HabitDescription,HabitCategory,CalendarDate,Value,CommentText\nMeditate,,Mind,2026-01-01,1,\n',
    metrics: ['Meditate'],
    entries: 1,
  },
  EXIST: {
    file: '[{"group":{"name":"activity"},"name":"steps","label":"Steps","value_type":0,"values":[{"date":"2026-01-01","value":1234}]}]',
    metrics: ['Steps'],
    entries: 1,
  },
};

it('is tried for each program', () => {
  expect(Object.keys(uploads).toSorted()).toEqual(
    importFormats.filter((id) => id !== 'JSON' && id !== 'CSV').toSorted(),
  );
});

describe.each(Object.entries(uploads))('%s', (id, { file, metrics, entries }) => {
  it('comes in by its content, adds nothing when it comes again, and is undone', async () => {
    const me = await Client.register(app.url, { timeZone: 'Europe/Berlin' });
    const first = await importFile(me, 'AUTO', file);
    expect([first.format, first.state, first.report!.rejected]).toEqual([id, 'APPLIED', []]);
    const after = await exportJson(me);
    expect(after.metrics.map(({ name }) => name).toSorted()).toEqual(metrics);
    expect(after.entries).toHaveLength(entries);
    expect(new Set(after.entries.map(({ source }) => source.split(':')[0]))).toEqual(
      new Set([id.toLowerCase().replaceAll('_', '-')]),
    );
    const again = await importFile(me, 'AUTO', file);
    expect([again.state, again.report!.rowsAccepted]).toEqual(['APPLIED', 0]);
    await undoImport(me, first.id);
    await settled(me, first.id);
    expect(await exportJson(me)).toMatchObject({ metrics: [], entries: [] });
  });
});

describe('a question about a file', () => {
  it('keeps it from being applied until it is answered, and the answer counts', async () => {
    const me = await Client.register(app.url);
    const { id, state, report } = await importFile(me, 'AUTO', daylio('fabulous'), true);
    expect(state).toBe('READY');
    expect(report!.byMetric).toMatchObject([{ name: 'Mood', added: 2, open: 1 }]);
    const [question] = report!.questions;
    expect(question).toMatchObject({ kind: 'WORD_VALUES', words: expect.arrayContaining(['fabulous']) });
    const questionId = question!.id;
    for (const answers of [undefined, [{ questionId, value: {} }], [{ questionId: 'other', value: 1 }]])
      expect((await refusalOf(applyImport(me, id, answers))).code).toBe('INVALID_INPUT');
    await applyImport(me, id, [{ questionId, value: Object.fromEntries(question!.words.map((word) => [word, 5])) }]);
    expect((await settled(me, id)).state).toBe('APPLIED');
    const { entries } = await exportJson(me);
    expect(entries.map(({ date, number }) => [date, number]).toSorted()).toEqual([
      ['2026-01-01', 4],
      ['2026-01-02', 5],
    ]);
  });

  it('refuses the rows that an answer does not fit', async () => {
    const me = await Client.register(app.url);
    const { id, report } = await importFile(me, 'AUTO', daylio('fabulous'), true);
    const { id: questionId, words } = report!.questions[0]!;
    await applyImport(me, id, [{ questionId, value: Object.fromEntries(words.map((word) => [word, 99])) }]);
    const applied = await settled(me, id);
    expect(applied.report).toMatchObject({ rowsAccepted: 1, rowsRejected: 1 });
    expect(applied.report!.rejected[0]!.reason).toMatch(/greatest/);
  });
});
