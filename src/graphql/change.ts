import type { Change as ChangeLine } from '../changes/change.ts';
import { builder } from './builder.ts';
import { defineEnum } from './enums.ts';

type Member = PothosSchemaTypes.ObjectRef<typeof builder.$inferSchemaTypes, never>;

const members: (Member & { name: string })[] = [];

/** Says that changes may carry this type. Its name must be the entity type in the log. */
export const addChangedEntity = (ref: unknown): void => void members.push(ref as Member & { name: string });

/** The types that changes may carry, by name; once all domains are loaded. */
export const changedEntityTypes = (): string[] => members.map((member) => member.name);

/** An entity of the log as its GraphQL type resolves it; null once deleted. */
export const toEntity = (entityType: string, snapshot: object | null): never | null =>
  snapshot ? ({ ...snapshot, __typename: entityType } as never) : null;

const ChangeKind = defineEnum('ChangeKind', 'What happened to the entity.', {
  CREATED: 'It is new.',
  UPDATED: 'It is different from before.',
  DELETED: 'It is gone.',
});

export const ChangedEntity = builder.unionType('ChangedEntity', {
  description: 'Everything whose changes the log keeps.',
  // The domains add theirs when they are loaded.
  types: () => members,
  resolveType: (value) => (value as { __typename: string }).__typename,
});

export const Change = builder.objectRef<ChangeLine>('Change').implement({
  description: 'One line of the change log of a person; `seq` rises by one from change to change.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'The number of the change.' }),
    kind: t.field({ type: ChangeKind, description: 'What happened.', resolve: (change) => change.kind }),
    entityType: t.exposeString('entityType', { description: 'The GraphQL type of the entity.' }),
    entityId: t.exposeID('entityId', { description: 'The id of the entity.' }),
    entity: t.field({
      type: ChangedEntity,
      nullable: true,
      description: 'The entity as it is after the change; null once deleted.',
      resolve: ({ snapshot, entityType }) => toEntity(entityType, snapshot),
    }),
    deviceId: t.exposeID('deviceId', {
      nullable: true,
      description: 'The device that caused it; null for the server itself.',
    }),
    at: t.field({ type: 'DateTime', description: 'When it happened.', resolve: (change) => change.at }),
  }),
});
