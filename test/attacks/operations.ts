import {
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { access, type RootType } from '../../src/graphql/access.ts';

/** A root field: `Query.entry`. */
export type Place = `${RootType}.${string}`;

/** Every root field that the schema has; the table is not asked. */
export const rootFields = (schema: GraphQLSchema): Place[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((name) => `${type!.name as RootType}.${name}` as const),
  );

export const splitPlace = (place: Place): [RootType, string] => place.split('.') as [RootType, string];

export const ruleOf = (place: Place) => {
  const [type, name] = splitPlace(place);
  return access[type][name]!;
};

const fieldOf = (schema: GraphQLSchema, place: Place) => {
  const [type, name] = splitPlace(place);
  return schema.getType(type)! && (schema.getType(type) as ReturnType<typeof schema.getQueryType>)!.getFields()[name]!;
};

/** An operation of one root field that takes the given arguments as variables and selects everything there is. */
export function writeOperation(schema: GraphQLSchema, place: Place, args: object, seen?: Set<string>): string {
  const [type, name] = splitPlace(place);
  const field = fieldOf(schema, place);
  const given = field.args.filter((arg) => arg.name in args);
  const declared = given.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const page = field.args.some((arg) => arg.name === 'first') && !('first' in args) ? ['first: 5'] : [];
  const passed = [...given.map((arg) => `${arg.name}: $${arg.name}`), ...page].join(', ');
  const selection = selectAll(schema, field.type, new Set(), seen);
  return `${type.toLowerCase()}${declared && ` (${declared})`} { ${name}${passed && `(${passed})`} ${selection} }`;
}

/** All fields below a type, but none of a type within itself. @param seen gets each as `Type.field` */
function selectAll(schema: GraphQLSchema, type: GraphQLOutputType, above: Set<string>, seen?: Set<string>): string {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return '';
  if (isObjectType(named)) return selectFields(schema, named, above, seen, new Set());
  const members = schema.getPossibleTypes(named).filter((each) => !above.has(each.name));
  const torn = findTorn(members);
  const parts = members.map((each) => `... on ${each.name} ${selectFields(schema, each, above, seen, torn)}`);
  return `{ __typename ${parts.join(' ')} }`;
}

/** @param torn names that need one of their own here */
function selectFields(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  above: Set<string>,
  seen: Set<string> | undefined,
  torn: ReadonlySet<string>,
): string {
  const within = new Set([...above, type.name]);
  const fields = Object.values(type.getFields()).filter(({ type: below }) => !within.has(getNamedType(below).name));
  const texts = fields.map((field) => {
    seen?.add(`${type.name}.${field.name}`);
    const alias = torn.has(field.name) ? `${type.name}_${field.name}: ` : '';
    // Small pages: an operation may ask for so many objects only.
    const page = field.args.some(({ name }) => name === 'first') ? '(first: 1)' : '';
    return `${alias}${field.name}${page} ${selectAll(schema, field.type, within, seen)}`;
  });
  return `{ __typename ${texts.join(' ')} }`;
}

/** Names that members of a union have for fields of different types. */
function findTorn(members: readonly GraphQLObjectType[]): Set<string> {
  const types = new Map<string, string>();
  const torn = new Set<string>();
  for (const { name, type } of members.flatMap((member) => Object.values(member.getFields()))) {
    if ((types.get(name) ?? String(type)) !== String(type)) torn.add(name);
    types.set(name, String(type));
  }
  return torn;
}

/** Every field of the schema below the root, as `Type.field`. */
export const innerFields = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__') && !(name in access))
    .flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`));

/** Every place of the schema where a client can say an id: `Mutation.applyOperations.operations.action.deleteEntry.id`. */
export const idArguments = (schema: GraphQLSchema): string[] =>
  rootFields(schema).flatMap((place) =>
    fieldOf(schema, place).args.flatMap((arg) => idsBelow(arg.type, `${place}.${arg.name}`)),
  );

function idsBelow(type: GraphQLInputType, path: string): string[] {
  const named = getNamedType(type);
  if (named.name === 'ID') return [path];
  if (!isInputObjectType(named)) return [];
  return Object.values(named.getFields()).flatMap((field) => idsBelow(field.type, `${path}.${field.name}`));
}

/** The places at which arguments say something. */
export function placesOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => placesOf(item, path));
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, below]) => placesOf(below, `${path}.${name}`));
}

/** The arguments again and again, each time with more fields in another one of their input objects. */
export function withMore(schema: GraphQLSchema, place: Place, args: object, more: object): Record<string, unknown>[] {
  const grow = (type: GraphQLInputType, value: unknown): unknown[] => {
    if (isNonNullType(type)) return grow(type.ofType as GraphQLInputType, value);
    if (isListType(type)) return (value as unknown[]).flatMap((item) => grow(type.ofType, item).map((each) => [each]));
    if (!isInputObjectType(type)) return [];
    const below = Object.entries(value as object).flatMap(([name, inner]) =>
      grow(type.getFields()[name]!.type, inner).map((each) => ({ ...(value as object), [name]: each })),
    );
    return [{ ...(value as object), ...more }, ...below];
  };
  return fieldOf(schema, place).args.flatMap((arg) =>
    arg.name in args
      ? grow(arg.type, (args as Record<string, unknown>)[arg.name]).map((each) => ({ ...args, [arg.name]: each }))
      : [],
  );
}
