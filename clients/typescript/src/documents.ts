import type { AnyEntity, EntityState, EntityType } from './entities.ts';
import { entityTypes } from './entities.ts';
import type { Operation, OperationOutcome } from './operations.ts';

/** To be raised with every change of the entities' fields: what a device has kept in another selection is fetched anew. */
export const selection = 1;

/** Fields of one name and several types must be told apart in one selection. */
const renamed: Record<string, string> = { metricType: 'type', insightType: 'type' };

const entity = `entity {
  __typename
  ... on User { id email timeZone dayStartsAt preferences createdAt }
  ... on Metric {
    id name metricType: type category unit min max step aggregation desired isActionable sources isActive version createdAt updatedAt
  }
  ... on Entry { id metricId date time value number notes tags source version createdAt updatedAt }
  ... on Insight {
    id insightType: type title confidence range { from to } isActive retraction { reason message at } rating ratedAt
    createdAt updatedAt
  }
  ... on Import {
    id state format fileName progress report { rowsRead rowsAccepted rowsRejected duplicates } error createdAt
  }
}`;
const change = `seq at entityType entityId ${entity}`;

export const changesSubscription = `subscription Changes($after: Int, $afterAt: DateTime) {
  changes(after: $after, afterAt: $afterAt) { ${change} }
}`;

export const snapshotQuery = `query Snapshot($asOf: Int, $after: String) {
  snapshot(asOf: $asOf, after: $after, first: 500) { seq at changes { ${change} } endCursor hasMore }
}`;

export const headQuery = 'query Head { me { seq } }';

export const applyMutation = `mutation Apply($operations: [OperationInput!]!) {
  applyOperations(operations: $operations) {
    operationId status isRepeat seq ${entity} differingFields error { code message issues }
  }
}`;

export const refreshMutation = `mutation Refresh($refreshToken: String!) {
  refreshSession(refreshToken: $refreshToken) { accessToken refreshToken user { id } }
}`;

type WireEntity = { __typename: string; [field: string]: unknown } | null;
export type WireChange = { seq: number; at: string; entityType: string; entityId: string; entity: WireEntity };
export type WireSnapshot = {
  snapshot: { seq: number; at: string | null; changes: WireChange[]; endCursor: string | null; hasMore: boolean };
};
export type WireOutcome = Omit<OperationOutcome, 'entity'> & { entity: WireEntity };

/** The entity of a change; nothing for types that this version of the client does not know. */
export function toStates({ entityType, entityId, entity: wire }: WireChange): EntityState[] {
  if (!entityTypes.includes(entityType as EntityType)) return [];
  return [{ type: entityType as EntityType, id: entityId, entity: toEntity(wire) }];
}

export const toOutcome = (wire: WireOutcome): OperationOutcome => ({ ...wire, entity: toEntity(wire.entity) });

export const toWireOperation = ({ id, action }: Operation): object => ({ id, action });

function toEntity(wire: WireEntity): AnyEntity | null {
  if (!wire) return null;
  const { __typename: _, ...fields } = wire;
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [renamed[field] ?? field, value]),
  ) as unknown as AnyEntity;
}
