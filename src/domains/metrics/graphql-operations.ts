import { builder } from '../../graphql/builder.ts';
import { addOperation, DeleteOperation } from '../../graphql/operations.ts';
import { CreateMetricInput, UpdateMetricInput } from './graphql.ts';
import * as metrics from './metrics.ts';

const UpdateMetricOperation = builder.inputType('UpdateMetricOperation', {
  description: 'A change of a metric.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The metric.' }),
    input: t.field({ type: UpdateMetricInput, required: true, description: 'What to change.' }),
    expectedVersion: t.int({ description: 'CONFLICT when the metric is of another version.' }),
  }),
});

addOperation('createMetric', {
  type: CreateMetricInput,
  description: 'Creates a metric.',
  entityType: 'Metric',
  kind: 'CREATE',
  idOf: ({ id }) => id,
  run: (viewer, input) => metrics.createMetric(viewer, input as never),
});
addOperation('updateMetric', {
  type: UpdateMetricOperation,
  description: 'Changes a metric.',
  entityType: 'Metric',
  kind: 'UPDATE',
  idOf: ({ id }) => id,
  run: (viewer, { id, input, expectedVersion }) => metrics.updateMetric(viewer, id, input as never, expectedVersion),
});
addOperation('deleteMetric', {
  type: DeleteOperation,
  description: 'Deletes a metric with all its entries.',
  entityType: 'Metric',
  kind: 'DELETE',
  idOf: ({ id }) => id,
  run: async (viewer, { id, expectedVersion }) => {
    await metrics.deleteMetric(viewer, id, expectedVersion);
    return null;
  },
});
