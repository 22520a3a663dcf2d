import { builder } from '../../graphql/builder.ts';
import { viewerOf } from '../../graphql/context.ts';
import { previewErasure, type ErasurePreview, type KindOfData, type Remainder } from './erasure-preview.ts';

const ErasedData = builder.objectRef<KindOfData>('ErasedData').implement({
  description: 'Data of one kind that goes with the account.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        'What it is, as the database calls it: `entries`, `changes`, `jobs`; or `saved exports`, which are files.',
    }),
    rows: t.exposeInt('rows', { description: 'How many rows, or files.' }),
  }),
});

const RemainingData = builder.objectRef<Remainder>('RemainingData').implement({
  description: 'Data of one kind that outlives the account.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'What it is.' }),
    rows: t.exposeInt('rows', { description: 'How many rows.' }),
    reason: t.exposeString('reason', { description: 'Why it stays, and what it still says of the person.' }),
    days: t.exposeFloat('days', {
      nullable: true,
      description: 'For how many days a row is kept after it was written; null when it is for ever.',
    }),
  }),
});

const Preview = builder.objectRef<ErasurePreview>('ErasurePreview').implement({
  description: 'What erasing the account would take away, and what it would not.',
  fields: (t) => ({
    erased: t.field({
      type: [ErasedData],
      description: 'What goes.',
      resolve: ({ erased }) => erased,
    }),
    remaining: t.field({
      type: [RemainingData],
      description: 'What stays: nothing that names the person or says what they wrote.',
      resolve: ({ remaining }) => remaining,
    }),
  }),
});

builder.queryField('erasurePreview', (t) =>
  t.field({
    type: Preview,
    description: 'What `deleteAccount` would erase at this moment, and what would stay. Changes nothing.',
    resolve: (_, __, context) => previewErasure(viewerOf(context)),
  }),
);
