import { builder } from '../../graphql/builder.ts';
import { actorOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRangeInput } from '../entries/graphql.ts';
import { createExport, type Export as ExportShape } from './exports.ts';
import { exportMetricsMax, type ExportFormat as Format, type ExportLayout as Layout } from './input.ts';

const ExportFormat = defineEnum<Format>('ExportFormat', 'How an export is written.', {
  CSV: 'For spreadsheets, in one of two layouts. LONG has the entries, one line each: date,time,metric,value,unit,type,notes,tags. Tags are joined by semicolons, or are a JSON array when one has a semicolon. A text that a spreadsheet would take for a formula has an apostrophe in front, which an import takes away again.',
  JSON: 'One document with metrics, entries and insights, ids and all: into a fresh account, an import brings back the same metrics and entries. It is exactly the state after the change of the number `seq`: replay the changes after it to be up to date. Every field: docs/export-format.md.',
});

const ExportLayout = defineEnum<Layout>('ExportLayout', 'What a line of a CSV is.', {
  LONG: 'An entry, with all that belongs to it. Nothing is lost.',
  WIDE: 'A day, with a column for each metric: its value of that day, as the metric aggregates the entries that count. A view, without times, notes and tags.',
});

const ExportInput = builder.inputType('ExportInput', {
  description: 'What to export, and how.',
  fields: (t) => ({
    format: t.field({ type: ExportFormat, required: true, description: 'How it is written.' }),
    layout: t.field({ type: ExportLayout, description: 'Of a CSV only; LONG if you do not say.' }),
    range: t.field({ type: DateRangeInput, description: 'Entries of these days only.' }),
    metricIds: t.idList({ description: `Only these metrics and their entries; at most ${exportMetricsMax}.` }),
  }),
});

const Export = builder.objectRef<ExportShape>('Export').implement({
  description: 'A link to a download.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description:
        'Relative to the address of the server. A plain GET streams the file, as the data was when the link was made; parts of it (Range) are the same bytes each time, so a download that broke off can go on. Keep the link secret.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Until when a download can begin, or go on; earlier if the session ends.',
      resolve: (each) => each.expiresAt,
    }),
  }),
});

builder.mutationField('exportData', (t) =>
  t.field({
    type: Export,
    description: 'Returns a short-lived link; a plain GET streams the file.',
    args: { input: t.arg({ type: ExportInput, required: true, description: 'What to export.' }) },
    resolve: (_, { input }, context) => createExport(actorOf(context), input),
  }),
);
