import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../../../src/domains/imports/formats/csv/options.ts';
import { read, refusal } from './reading-csv.ts';

const told = async (text: string, options: Record<string, unknown>) => {
  const { rows, rejected, described } = await read(text, { options });
  expect(rejected).toEqual([]);
  return { ...described, rows: rows.map(({ name, date, time, value }) => [name, date, time, value]) };
};

describe('what the person says about the columns', () => {
  const german = 'Datum;Uhrzeit;Gewicht;Bemerkung;Schritte;Etikett\n21.11.2026;7:30;72,5;nach dem Lauf;8000;a, b\n';

  it('names those of a wide file; the others are metrics, but for those left out', async () => {
    const columns = { date: 'Datum', time: 'UHRZEIT', notes: 'Bemerkung', tags: 6 };
    const { rows, described } = await read(german, { options: { columns, leaveOut: ['Schritte'] } });
    expect(described).toEqual({ layout: 'WIDE', ignoredColumns: ['Schritte'] });
    expect(rows).toEqual([
      {
        name: 'Gewicht',
        row: 2,
        metric: 0,
        date: '2026-11-21',
        time: '07:30:00',
        value: 72.5,
        notes: 'nach dem Lauf',
        tags: ['a, b'],
      },
    ]);
  });

  it('names those of a long file, the unit too', async () => {
    const text = 'Tag|Was|Wieviel|Worin|Sonst\n2026-11-21|Lauf|5|km|?\n';
    const columns = { date: 'Tag', metric: 'Was', value: 'Wieviel', unit: 'Worin' };
    expect(await told(text, { columns })).toEqual({
      layout: 'LONG',
      ignoredColumns: ['Sonst'],
      rows: [['Lauf', '2026-11-21', null, 5]],
    });
    expect((await read(text, { options: { columns } })).metrics).toMatchObject([{ unit: 'km' }]);
  });

  it('names the metric of a file that has only dates and values', async () => {
    const text = 'date,value\n2026-11-21,72.5\n2026-11-21,72.5\n';
    const { layout, rows } = await told(text, { metric: 'Weight (kg)' });
    expect([layout, rows]).toEqual([
      'LONG',
      [
        ['Weight', '2026-11-21', null, 72.5],
        ['Weight', '2026-11-21', null, 72.5],
      ],
    ]);
    expect((await read(text, { options: { metric: 'Weight (kg)' } })).metrics).toMatchObject([{ unit: 'kg' }]);
    expect((await read(text)).described).toMatchObject({ layout: 'WIDE' });
  });

  it('says what divides the cells', async () => {
    expect(await told('date,A~B\n2026-11-21~5\n', { delimiter: '~', columns: { date: 1 } })).toMatchObject({
      rows: [['B', '2026-11-21', null, 5]],
    });
  });

  it('tells columns of one name apart by their places', async () => {
    const text = 'date,value,value\n2026-11-21,1,2\n';
    expect(await refusal(text)).toBe('The column "value" stands twice in the first line.');
    expect(await told(text, { metric: 'A', columns: { value: 3 }, leaveOut: [2] })).toMatchObject({
      rows: [['A', '2026-11-21', null, 2]],
      ignoredColumns: ['value'],
    });
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [
      { colums: {} },
      /^options: "colums" means nothing here\. There are columns, metric, leaveOut, delimiter, decimal, dateOrder\.$/,
    ],
    [{ columns: { day: 'A' } }, /^options\.columns: "day" means nothing here\. There are date, metric,/],
    [{ columns: { date: 0 } }, /^options\.columns\.date: A column is named as in the first line, or counted from 1\.$/],
    [{ columns: { date: 'Day' } }, /speak of the column "Day", and the first line has none such/],
    [{ columns: { date: 9 } }, /speak of the column 9,/],
    [{ leaveOut: ['Day'] }, /column "Day"/],
    [{ leaveOut: 'B' }, /^options\.leaveOut: The columns to leave out are a list\.$/],
    [{ columns: { date: 'A', time: 1 } }, /say two things of the column "A"/],
    [{ columns: { value: 'A' } }, /nothing says what they are: name the metric/],
    [{ metric: 'A' }, /no column for its values/],
    [{ metric: 'A', columns: { value: 'A', metric: 'B' } }, /name the metric, and a column for it too/],
    [{ metric: '' }, /^options\.metric: The metric needs at least one character\.$/],
    [{ metric: 'x'.repeat(121), columns: { value: 'A' } }, /cannot be a metric\. The name of a metric has at most 120/],
    [{ delimiter: ';;' }, /^options\.delimiter: The delimiter is one character\.$/],
    [{ delimiter: '"' }, /^options\.delimiter: The delimiter is one character\.$/],
    [{ decimal: ',' }, /^options\.decimal: The decimal mark is POINT or COMMA\.$/],
    [{ dateOrder: 'YMD' }, /^options\.dateOrder: The order of dates is DAY_FIRST or MONTH_FIRST\.$/],
    [{ leaveOut: ['date'] }, /one of them must be "date"/],
    [{ leaveOut: ['A', 'B'] }, /needs a column for each metric/],
  ])('is refused when it is %j', async (options, message) => {
    expect(await refusal('A,B,date\n1,2,2026-01-01\n', { options })).toMatch(message);
  });

  it('brings a file of German scales in, as the documentation shows', async () => {
    const text = 'Datum;Uhrzeit;Gewicht;Bemerkung;Gerät\n03.04.2026;7:30;72,5;nach dem Lauf;Waage 2\n';
    const columns = { date: 'Datum', time: 'Uhrzeit', value: 'Gewicht', notes: 'Bemerkung' };
    const options = { columns, metric: 'Weight (kg)', leaveOut: ['Gerät'] };
    const { rows, metrics, described, questions } = await read(text, { options });
    expect(rows).toMatchObject([{ date: '2026-04-03', time: '07:30:00', value: 72.5, notes: 'nach dem Lauf' }]);
    expect(metrics).toMatchObject([{ name: 'Weight', unit: 'kg' }]);
    expect([described, questions]).toEqual([{ layout: 'LONG', ignoredColumns: ['Gerät'] }, []]);
  });

  it('is nothing, when nothing is said', () => {
    expect(readOptions({})).toEqual({});
  });
});
