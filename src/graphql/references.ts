import type { BatchLoad } from './context.ts';

/**
 * One entity in the log that stands for another one by its id, and whose fields need it. The sockets look all of a page up
 * at once and put it at hand in the context, so that resolvers find it there and answer without a look-up of their own.
 */
export type Reference = {
  /** The type that refers, and the field of its snapshot that holds the id. */
  from: string;
  key: string;
  /** The GraphQL fields that need it. */
  fields: readonly string[];
  /** The entity type that is referred to: its changes make what was looked up outdated. */
  to: string;
  load: BatchLoad<object>;
};

const references: Reference[] = [];

/** Says that entities of a type refer to others. */
export const addReference = (reference: Reference): void => void references.push(reference);

/** The references that a field of an entity needs. */
export const referencesOf = (type: string, field: string): Reference[] =>
  references.filter(({ from, fields }) => from === type && fields.includes(field));
