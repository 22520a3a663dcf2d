import { builder } from '../../graphql/builder.ts';
import { actorOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRangeInput } from '../entries/graphql.ts';
import { createExport, type Export as ExportShape } from './exports.ts';
import { exportMetricsMax, type ExportFormat as Format } from './input.ts';

const ExportFormat = defineEnum<Format>('ExportFormat', 'How an export is written.', {
  CSV: 'The entries, one line each: date,time,metric,value,unit,type,notes,tags. Tags are joined by semicolons, or are a JSON array when one has a semicolon. A text that a spreadsheet would take for a formula has an apostrophe in front, which an import takes away again.',
  JSON: 'One document with metrics, entries and insights, ids and all: into a fresh account, an import brings back the same metrics and entries. Its `seq` is the number of the newest change when the export began: replay the changes after it to be up to date.',
});

const ExportInput = builder.inputType('ExportInput', {
  description: 'What to export, and how.',
  fields: (t) => ({
    format: t.field({ type: ExportFormat, required: true, description: 'How it is written.' }),
    range: t.field({ type: DateRangeInput, description: 'Entries of these days only.' }),
    metricIds: t.idList({ description: `Only these metrics and their entries; at most ${exportMetricsMax}.` }),
  }),
});

const Export = builder.objectRef<ExportShape>('Export').implement({
  description: 'A link to a download.',
  fields: (t) => ({
    url: t.exposeString('url', {
      description: 'Relative to the address of the server. A plain GET streams the file; keep the link secret.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Until when the link is good, unless the session ends before.',
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
