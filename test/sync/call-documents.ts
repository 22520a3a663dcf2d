import type { Call } from './calls.ts';

const entry = 'id metricId date time value notes tags version';
const metric = 'id name type unit min max isActive version';

const mutations: Record<string, { parameters: string; field: string }> = {
  createEntry: { parameters: '$input: CreateEntryInput!', field: `createEntry(input: $input) { ${entry} }` },
  createEntries: { parameters: '$input: [CreateEntryInput!]!', field: `createEntries(input: $input) { ${entry} }` },
  updateEntry: {
    parameters: '$id: ID!, $input: UpdateEntryInput!, $expectedVersion: Int',
    field: `updateEntry(id: $id, input: $input, expectedVersion: $expectedVersion) { ${entry} }`,
  },
  deleteEntry: {
    parameters: '$id: ID!, $expectedVersion: Int',
    field: 'deleteEntry(id: $id, expectedVersion: $expectedVersion)',
  },
  createMetric: { parameters: '$input: CreateMetricInput!', field: `createMetric(input: $input) { ${metric} }` },
  updateMetric: {
    parameters: '$id: ID!, $input: UpdateMetricInput!, $expectedVersion: Int',
    field: `updateMetric(id: $id, input: $input, expectedVersion: $expectedVersion) { ${metric} }`,
  },
  deleteMetric: {
    parameters: '$id: ID!, $expectedVersion: Int',
    field: 'deleteMetric(id: $id, expectedVersion: $expectedVersion)',
  },
  updateProfile: {
    parameters: '$input: UpdateProfileInput!',
    field: 'updateProfile(input: $input) { timeZone dayStartsAt }',
  },
  undo: { parameters: '$seq: Int!', field: 'undo(seq: $seq) { seq }' },
};
const takesInput = new Set(['createEntry', 'createEntries', 'createMetric', 'updateProfile']);

/** The mutation that a call is; its answer is what the model knows of the entity. */
export function documentOf(call: Call): { query: string; variables: object } {
  const [name, given] = Object.entries(call)[0] as [string, object];
  const { parameters, field } = mutations[name]!;
  const variables = takesInput.has(name) ? { input: given } : given;
  return { query: `mutation (${parameters}) { ${field} }`, variables };
}
