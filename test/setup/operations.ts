import { newId } from '../../src/kernel/ids.ts';
import type { Client } from './client.ts';

export type Operation = { id: string; action: object };
export type Outcome = {
  operationId: string;
  status: string;
  isRepeat: boolean;
  seq: number | null;
  entity: { __typename: string; id: string; [field: string]: unknown } | null;
  differingFields: string[];
  error: { code: string; message: string; issues: object[] | null } | null;
};

const mutation = `mutation ($operations: [OperationInput!]!) { applyOperations(operations: $operations) {
  operationId status isRepeat seq differingFields error { code message issues }
  entity { __typename ... on Entry { id value notes tags version } ... on Metric { id name unit version } ... on User { id timeZone } } } }`;

/** An operation with an id of its own. */
export const operationOf = (action: object): Operation => ({ id: newId(), action });

/** Sends a device's queue. */
export const applyOperations = async (client: Client, operations: readonly Operation[]): Promise<Outcome[]> =>
  (await client.graphql<{ applyOperations: Outcome[] }>(mutation, { operations })).applyOperations;
