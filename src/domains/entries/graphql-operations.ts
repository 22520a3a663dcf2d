import { builder } from '../../graphql/builder.ts';
import { addOperation, DeleteOperation } from '../../graphql/operations.ts';
import * as entries from './entries.ts';
import './graphql-counting.ts';
import { CreateEntryInput, UpdateEntryInput } from './graphql.ts';

const UpdateEntryOperation = builder.inputType('UpdateEntryOperation', {
  description: 'A change of an entry.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The entry.' }),
    input: t.field({ type: UpdateEntryInput, required: true, description: 'What to change.' }),
    expectedVersion: t.int({ description: 'CONFLICT when the entry is of another version.' }),
  }),
});

addOperation('createEntry', {
  type: CreateEntryInput,
  description: 'Creates an entry.',
  entityType: 'Entry',
  kind: 'CREATE',
  idOf: ({ id }) => id,
  run: entries.createEntry,
});
addOperation('updateEntry', {
  type: UpdateEntryOperation,
  description: 'Changes an entry.',
  entityType: 'Entry',
  kind: 'UPDATE',
  idOf: ({ id }) => id,
  run: (viewer, { id, input, expectedVersion }) => entries.updateEntry(viewer, id, input, expectedVersion),
});
addOperation('deleteEntry', {
  type: DeleteOperation,
  description: 'Deletes an entry.',
  entityType: 'Entry',
  kind: 'DELETE',
  idOf: ({ id }) => id,
  run: async (viewer, { id, expectedVersion }) => {
    await entries.deleteEntry(viewer, id, expectedVersion);
    return null;
  },
});
