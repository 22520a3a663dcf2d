export type ChangeKind = 'CREATED' | 'UPDATED' | 'DELETED';

/** What happened to one entity, before it has a number. */
export type NewChange = {
  kind: ChangeKind;
  /** The entity's GraphQL type name: Entry, Metric, … */
  entityType: string;
  entityId: string;
  /** The entity after the change, as plain JSON; null once deleted. */
  snapshot: object | null;
};

/** One line of a person's change log. `seq` rises by one from change to change. */
export type Change = NewChange & { seq: number; deviceId: string | null; at: Date };
