import { builder } from '../../graphql/builder.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { DateRange } from '../entries/graphql.ts';
import type { Question } from './format.ts';
import type { ImportReport as Report, LeftOut as Left, MetricReport, RejectedRow as Rejected } from './import.ts';
import { importLimits } from './input.ts';

const RejectedRow = builder.objectRef<Rejected>('RejectedRow').implement({
  description: 'A row that is not taken over.',
  fields: (t) => ({
    row: t.exposeInt('row', {
      description: 'CSV: as a spreadsheet counts, the header is row 1. JSON: the metrics and then the entries, from 1.',
    }),
    reason: t.exposeString('reason', { description: 'A plain sentence.' }),
  }),
});

const ImportedMetric = builder.objectRef<MetricReport>('ImportedMetric').implement({
  description: 'What a file brings for one metric, counted in entries.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    unit: t.exposeString('unit', { nullable: true, description: 'Its unit.' }),
    isNew: t.exposeBoolean('isNew', { description: 'Whether applying creates it.' }),
    added: t.exposeInt('added', { description: 'New entries.' }),
    changed: t.exposeInt('changed', {
      description: 'Entries of an earlier import that get another value: the steps of a day that was not over, say.',
    }),
    duplicates: t.exposeInt('duplicates', { description: 'Entries that are there already.' }),
    open: t.exposeInt('open', { description: 'Those among the new ones whose value depends on an answer.' }),
    sources: t.exposeStringList('sources', { description: 'The programs and devices they come from.' }),
    range: t.field({
      type: DateRange,
      nullable: true,
      description: 'The first and the last day; null when there are no entries.',
      resolve: (metric) => metric.range,
    }),
  }),
});

const LeftOut = builder.objectRef<Left>('LeftOut').implement({
  description: 'Something that a file has and that is not taken over.',
  fields: (t) => ({
    what: t.exposeString('what', { description: 'What it is, in plain words.' }),
    records: t.exposeInt('records', { description: 'How many records of it there were.' }),
  }),
});

const QuestionKind = defineEnum<Question['kind']>('ImportQuestionKind', 'What a question about a file asks for.', {
  WORD_VALUES: 'What number each word stands for. The answer: an object of numbers by word.',
  UNIT: 'In which unit numbers are written. The answer: one of the choices.',
  DATE_ORDER:
    'Whether the day or the month stands first in dates. The answer: one of the choices. The report holds for the suggestion.',
  DECIMAL_MARK: 'What decimals begin with. The answer: one of the choices. The report holds for the suggestion.',
});

function toChoices(question: Question): string[] {
  if (question.kind === 'WORD_VALUES') return [];
  return question.kind === 'UNIT' ? Object.keys(question.choices) : [...question.choices];
}

const ImportQuestion = builder.objectRef<Question>('ImportQuestion').implement({
  description: 'Something about a file that only the person can say.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Unique in the file.' }),
    kind: t.field({ type: QuestionKind, description: 'What it asks for.', resolve: ({ kind }) => kind }),
    message: t.exposeString('message', { description: 'The question, in a plain sentence.' }),
    words: t.stringList({
      description: 'WORD_VALUES: the words of the file. Otherwise empty.',
      resolve: (question) => (question.kind === 'WORD_VALUES' ? [...question.words] : []),
    }),
    choices: t.stringList({
      description: 'What may be answered; empty for WORD_VALUES.',
      resolve: toChoices,
    }),
    suggestion: t.field({
      type: 'JSON',
      nullable: true,
      description: 'A likely answer, or part of one.',
      resolve: ({ suggestion }) => suggestion,
    }),
  }),
});

export const ImportReport = builder.objectRef<Report>('ImportReport').implement({
  description: 'What is in a file. A row is taken as a whole or not at all; rows without any value do not count.',
  fields: (t) => ({
    rowsRead: t.exposeInt('rowsRead', { description: 'The sum of the three below.' }),
    rowsAccepted: t.exposeInt('rowsAccepted', { description: 'Rows that bring something new.' }),
    duplicates: t.exposeInt('duplicates', { description: 'Rows that bring nothing that is not there already.' }),
    rowsRejected: t.exposeInt('rowsRejected', { description: 'Rows that are not taken over.' }),
    rejected: t.field({
      type: [RejectedRow],
      description: `The rejected rows, the first ${importLimits.rejectedShown} of them.`,
      resolve: (report) => report.rejected,
    }),
    metrics: t.exposeStringList('metrics', { description: 'Names of the metrics that the rows belong to.' }),
    newMetrics: t.exposeStringList('newMetrics', {
      description: 'Those of them that applying creates, or has created.',
    }),
    ignoredColumns: t.exposeStringList('ignoredColumns', {
      description: 'Columns of a CSV that mean nothing, or are to be left out.',
    }),
    byMetric: t.field({
      type: [ImportedMetric],
      description: 'What the file brings, metric by metric.',
      resolve: ({ byMetric }) => byMetric ?? [],
    }),
    leftOut: t.field({
      type: [LeftOut],
      description: 'What the file has and is not taken over, by no fault of it.',
      resolve: ({ leftOut }) => leftOut ?? [],
    }),
    questions: t.field({
      type: [ImportQuestion],
      description: 'What only the person can say. `applyImport` takes the answers.',
      resolve: ({ questions }) => questions ?? [],
    }),
    range: t.field({
      type: DateRange,
      nullable: true,
      description: 'The first and the last day; null when no entry is accepted or known.',
      resolve: (report) => report.range,
    }),
  }),
});
