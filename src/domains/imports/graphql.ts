import { builder } from '../../graphql/builder.ts';
import { addChangedEntity } from '../../graphql/change.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';

import { ImportReport } from './graphql-report.ts';
import type { Import as ImportShape, ImportState as State } from './import.ts';
import { applyImport, createImport, getImport, toUploadUrl, undoImport } from './imports.ts';
import { importLimits, type AnyFormat as Format } from './input.ts';

const ImportFormat = defineEnum<Format>('ImportFormat', 'How a file is written.', {
  AUTO: 'As its content says. What it was found to be stands in the import once it has been checked.',
  JSON: 'An export of Lifegraph in JSON: metrics and entries come back with their ids. An id that is there already with the same content is a duplicate; with other content it is rejected.',
  CSV: 'Commas, semicolons, tabs or bars; UTF-8, or UTF-16 with a byte order mark. Long (date,metric,value[,time,notes,tags,unit,type]) or wide (date, then one column per metric; an empty cell is a missing value), told apart by the header. Metrics are found by name. A value that is there already is a duplicate.',
  APPLE_HEALTH: 'The export.zip of Apple Health, or the export.xml in it.',
  HEALTH_AUTO_EXPORT: 'JSON of the app Health Auto Export.',
  GOOGLE_TAKEOUT: 'A Takeout archive with the data of Fitbit (Google Health).',
  OURA: 'The archive of an Oura account.',
  GARMIN: 'The archive of a Garmin account.',
  LOOP_HABITS: 'The CSV archive of Loop Habit Tracker.',
  DAYLIO: 'The CSV of Daylio.',
  NOMIE: 'CSV or JSON of Nomie.',
  TRACK_AND_GRAPH: 'The CSV of Track & Graph.',
  HABITBULL: 'The CSV of HabitBull.',
  EXIST: 'JSON of Exist: attributes with their values.',
});

const ImportState = defineEnum<State>('ImportState', 'How far an import is.', {
  AWAITING_UPLOAD: 'It waits for its file.',
  CHECKING: 'The file is read and checked.',
  READY: 'The file is checked, and waits to be applied, for seven days.',
  APPLYING: 'What was accepted is being written.',
  APPLIED: 'Everything is written.',
  FAILED: 'It has failed; `error` says why. Nothing is written.',
  UNDOING: 'It is being taken back.',
  UNDONE: 'What it had written is gone, except what was changed since.',
});

const Import = builder.objectRef<ImportShape>('Import').implement({
  description: 'A file on its way in: created, uploaded, checked, applied, and if need be undone.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7.' }),
    format: t.field({ type: ImportFormat, description: 'How the file is written.', resolve: (each) => each.format }),
    fileName: t.exposeString('fileName', { nullable: true, description: 'What the client calls the file.' }),
    state: t.field({ type: ImportState, description: 'How far it is.', resolve: (each) => each.state }),
    uploadUrl: t.string({
      nullable: true,
      description:
        "Where a plain PUT of the file's bytes goes, relative to the address of the server; good for fifteen minutes. Null when no file is waited for.",
      resolve: (each, _, context) => toUploadUrl(viewerOf(context), each),
    }),
    progress: t.exposeFloat('progress', {
      description: 'From 0 to 1. The check is the first half, applying the second.',
    }),
    report: t.field({
      type: ImportReport,
      nullable: true,
      description: 'What the check, and in the end applying, has found; null before.',
      resolve: (each) => each.report,
    }),
    error: t.exposeString('error', { nullable: true, description: 'Why it failed, in a plain sentence.' }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was created.', resolve: (each) => each.createdAt }),
  }),
});
addChangedEntity(Import);

const ImportAnswer = builder.inputType('ImportAnswer', {
  description: 'What the person says about a file.',
  fields: (t) => ({
    questionId: t.string({ required: true, description: 'The id of the question.' }),
    value: t.field({
      type: 'JSON',
      required: true,
      description: 'WORD_VALUES: an object of numbers by word. Otherwise one of the choices.',
    }),
  }),
});

const toAnswers = (answers: readonly { questionId: string; value?: unknown }[]): Record<string, unknown> =>
  Object.fromEntries(answers.map(({ questionId, value }) => [questionId, value]));

const CreateImportInput = builder.inputType('CreateImportInput', {
  description:
    'CSV: long (date,metric,value[,time,notes,tags,unit,type]) or wide (date, then one column per metric), told apart by the header.',
  fields: (t) => ({
    format: t.field({ type: ImportFormat, description: 'How the file is written; AUTO unless you know better.' }),
    fileName: t.string({ description: `At most ${importLimits.fileName} characters.` }),
    applyWhenReady: t.boolean({
      defaultValue: false,
      description: 'Apply as soon as the check is done, unless there are questions.',
    }),
    options: t.field({
      type: 'JSON',
      description:
        'An object, for formats that need to be told more. CSV: columns (an object of names or places by date, time, metric, value, unit, type, notes, tags), metric, leaveOut, delimiter, decimal (POINT, COMMA), dateOrder (DAY_FIRST, MONTH_FIRST).',
    }),
  }),
});

builder.queryField('import', (t) =>
  t.field({
    type: Import,
    nullable: true,
    description: 'One import; null when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'The import.' }) },
    resolve: (_, { id }, context) => getImport(viewerOf(context), id),
  }),
);

builder.mutationFields((t) => ({
  createImport: t.field({
    type: Import,
    description: "Returns a short-lived link; a plain PUT of the file's bytes starts the check.",
    args: { input: t.arg({ type: CreateImportInput, required: true, description: 'What is to come.' }) },
    resolve: (_, { input }, context) => createImport(viewerOf(context), input as never),
  }),
  applyImport: t.field({
    type: Import,
    description:
      'Writes what a checked file holds, in the background: all of it, or nothing. CONFLICT in any state but READY. INVALID_INPUT unless each question of the report is answered. With an answer to DATE_ORDER or DECIMAL_MARK that is not the suggestion nothing is written: the import waits for the file again (AWAITING_UPLOAD), to check it with this answer.',
    args: {
      id: t.arg.id({ required: true, description: 'The import.' }),
      answers: t.arg({ type: [ImportAnswer], description: 'One for each question of the report.' }),
    },
    resolve: (_, { id, answers }, context) => applyImport(viewerOf(context), id, toAnswers(answers ?? [])),
  }),
  undoImport: t.field({
    type: Import,
    description:
      'Deletes, in the background, the entries of an applied import that were not changed since, and the metrics it created that are empty then. CONFLICT in any state but APPLIED.',
    args: { id: t.arg.id({ required: true, description: 'The import.' }) },
    resolve: (_, { id }, context) => undoImport(viewerOf(context), id),
  }),
}));
