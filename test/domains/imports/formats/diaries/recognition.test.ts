import { describe, expect, it } from 'vitest';
import { daylio } from '../../../../../src/domains/imports/formats/daylio.ts';
import { exist } from '../../../../../src/domains/imports/formats/exist/exist.ts';
import { habitBull } from '../../../../../src/domains/imports/formats/habitbull.ts';
import { loopHabits } from '../../../../../src/domains/imports/formats/loop-habits/loop-habits.ts';
import { nomie } from '../../../../../src/domains/imports/formats/nomie/nomie.ts';
import { trackAndGraph } from '../../../../../src/domains/imports/formats/track-and-graph.ts';
import { sourceOf } from '../reading.ts';

const formats = [daylio, exist, habitBull, loopHabits, nomie, trackAndGraph];

const recognisedBy = async (files: Record<string, string>, isArchive: boolean): Promise<string[]> => {
  const found = [];
  for (const format of formats) if (await format.recognise(sourceOf(files, isArchive))) found.push(format.id);
  return found;
};

const files: [id: string, content: string][] = [
  ['DAYLIO', 'full_date,date,weekday,time,mood,activities,note_title,note\n'],
  ['EXIST', '[{"group":{"name":"mood"},"name":"mood","label":"Mood","value_type":0,"values":[]}]'],
  ['EXIST', '{"count":1,"results":[{"name":"mood","label":"Mood","value_type":0,"values":[]}]}'],
  ['HABITBULL', 'HabitName,HabitDescription,HabitCategory,CalendarDate,Value,CommentText\n'],
  ['NOMIE', 'epoch,start,end,offset,tracker,value,note,lat,lng,location,score\n'],
  ['NOMIE', '{"nomie":{"number":"5"},"boards":[],"events":['],
  ['TRACK_AND_GRAPH', 'FeatureName,Timestamp,Value,Label,Note\n'],
];

const others: [what: string, content: string][] = [
  ['an empty file', ''],
  ['a table of values', 'date,metric,value,notes\n2026-01-01,mood,4,\n'],
  ['a table of days', 'date,mood,activities,HabitName,tracker\n2026-01-01,4,run,x,y\n'],
  ['JSON of Lifegraph', '{"format":"lifegraph","version":1,"metrics":[{"name":"nomie"}],"entries":[]}'],
  ['Apple Health', '<?xml version="1.0"?><!DOCTYPE HealthData [<!ELEMENT HealthData>]><HealthData locale="en_US">'],
  [
    'Health Auto Export',
    '{"data":{"metrics":[{"name":"step_count","units":"count","data":[{"qty":1,"date":"2026-01-01"}]}]}}',
  ],
  ['Fitbit', 'timestamp,beats per minute\n2026-01-01T00:00:00Z,60\n'],
  ['Oura', 'id;average_hrv;day;score;timestamp\n'],
  ['Garmin', '[{"calendarDate":"2026-01-01","totalSteps":1,"name":"x","values":[]}]'],
  ['no text', 'PK\u0003\u0004\ufffd\ufffd\0\0'],
  ['a quotation mark', '"full_date,mood,activities'],
  ['a first line without end', 'full_date,mood,activities,'.repeat(3000)],
  ['words of ours in a text', '{"note":"\\"nomie\\":{},\\"events\\":[]","a":{"nomie":{},"events":[]}}'],
  ['brackets that close nothing', ']}]}{"x"'],
];

describe('what an upload is', () => {
  it.each(files)('is seen by one format alone: %s', async (id, content) => {
    expect(await recognisedBy({ '': content }, false)).toEqual([id]);
    const name = content.startsWith('{') || content.startsWith('[') ? 'x/y.json' : 'x/y.csv';
    expect(await recognisedBy({ [name]: content, 'more.txt': '' }, true)).toEqual([id]);
  });

  it.each(others)('is none of the diaries: %s', async (_, content) => {
    expect(await recognisedBy({ 'daylio.csv': content }, false)).toEqual([]);
    expect(await recognisedBy({ 'daylio.csv': content, 'nomie.json': content }, true)).toEqual([]);
  });

  it('is Loop only in an archive, by the list of habits or the folders', async () => {
    const list = { 'Habits.csv': 'Position,Name,Type\n' };
    const folder = { '001 Run/Checkmarks.csv': 'Date,Value,Notes\n' };
    expect(await recognisedBy(list, true)).toEqual(['LOOP_HABITS']);
    expect(await recognisedBy(folder, true)).toEqual(['LOOP_HABITS']);
    expect(await recognisedBy({ '001 Run/Checkmarks.csv': '2017-01-01,2\n' }, true)).toEqual(['LOOP_HABITS']);
    expect(await recognisedBy(list, false)).toEqual([]);
    expect(await recognisedBy({ '001 Run/Checkmarks.csv': 'something,else\n' }, true)).toEqual([]);
    expect(await recognisedBy({ 'Habits.csv': 'date,Run\n', ...folder }, true)).toEqual([]);
  });

  it('is looked for in a bounded number of files', async () => {
    let opened = 0;
    const file = (name: string) => ({
      name,
      head: async () => (opened++, 'a,b\n'),
      text: () => (async function* () {})(),
    });
    const many = Array.from({ length: 5000 }, (_, i) => file(`${i}.${i % 2 ? 'csv' : 'json'}`));
    for (const format of formats) expect(await format.recognise({ isArchive: true, files: many })).toBe(false);
    expect(opened).toBeLessThan(200);
  });
});
