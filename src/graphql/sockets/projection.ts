import {
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { referencesOf, type Reference } from '../references.ts';
import { collectFields } from './collected-fields.ts';
import type { Context } from '../context.ts';
import type { JsonBytes } from './json-bytes.ts';

/** Writes the result of a field. @returns false when this way cannot say it; what it has written is then worth nothing */
type Complete = (value: unknown, context: Context, target: JsonBytes) => boolean;

/** A selection made ready: results of plain fields without the engine's bookkeeping, and without objects to be made JSON. */
export type Projection = {
  /** Writes what the engine would put under the field. @returns false when the engine has to be asked itself */
  project: Complete;
  /** What entities refer to and the selection needs. */
  references: ReadonlySet<Reference>;
};

type Compiler = {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  references: Set<Reference>;
};

/** What a resolver of this way gets to see of the operation: whoever looks needs the engine. */
const info = new Proxy({} as GraphQLResolveInfo, {
  get: () => {
    throw new Error('only the engine knows the operation');
  },
});
const marks = {
  comma: Buffer.from(','),
  list: Buffer.from('['),
  listEnd: Buffer.from(']'),
  emptyObject: Buffer.from('{}'),
  objectEnd: Buffer.from('}'),
} as const;
const noArguments = Object.freeze({});
/** Promises of one field after which it is no longer tried. */
const patience = 8;

/**
 * Makes a selection ready. It runs the same resolvers and the same serializers as the engine; where one takes arguments,
 * looks at the operation, gives a promise, an error or a null that may not be, the engine is asked instead, for that change
 * alone. So there is never another answer than the engine's.
 * @param type of the value whose fields are selected by `nodes`
 */
export function compileProjection(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): Projection {
  const references = new Set<Reference>();
  const complete = compileType({ schema, fragments, references }, type, nodes);
  const project: Complete = (value, context, target) => {
    try {
      return complete(value, context, target);
    } catch {
      return false;
    }
  };
  return { project, references };
}

function compileType(compiler: Compiler, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
  const complete = compileNullable(compiler, getNullableType(type), nodes);
  if (isNonNullType(type)) return (value, context, target) => !isNothing(value) && complete(value, context, target);
  return (value, context, target) => (isNothing(value) ? target.write(null) : complete(value, context, target));
}

const isNothing = (value: unknown): boolean => value === undefined || value === null;
const decline: Complete = () => false;

function compileNullable(compiler: Compiler, type: GraphQLOutputType, nodes: readonly FieldNode[]): Complete {
  if (isListType(type)) return compileList(compileType(compiler, type.ofType, nodes));
  if (isObjectType(type)) return compileObject(compiler, type, nodes);
  if (isAbstractType(type)) return compileAbstract(compiler, type, nodes);
  if (!isLeafType(type)) return decline;
  return (value, _, target) => {
    if (value instanceof Error) return false;
    const serialized: unknown = type.serialize(value);
    return !isNothing(serialized) && target.write(serialized);
  };
}

function compileList(complete: Complete): Complete {
  return (value, context, target) => {
    if (!Array.isArray(value)) return false;
    target.writeRaw(marks.list);
    for (let i = 0; i < value.length; i += 1) {
      if (i > 0) target.writeRaw(marks.comma);
      const item: unknown = value[i];
      if (isPromise(item) || !complete(item, context, target)) return false;
    }
    target.writeRaw(marks.listEnd);
    return true;
  };
}

/** A union or interface: the selection is made ready for each of its types. */
function compileAbstract(compiler: Compiler, type: GraphQLAbstractType, nodes: readonly FieldNode[]): Complete {
  const byName = new Map<string, Complete>();
  const compileNamed = (name: string): Complete => {
    const named = compiler.schema.getType(name);
    return isObjectType(named) && compiler.schema.isSubType(type, named)
      ? compileObject(compiler, named, nodes)
      : decline;
  };
  for (const possible of compiler.schema.getPossibleTypes(type)) byName.set(possible.name, compileNamed(possible.name));
  return (value, context, target) => {
    const name: unknown = type.resolveType?.(value, context, info, type);
    return typeof name === 'string' && byName.get(name)?.(value, context, target) === true;
  };
}

function compileObject(compiler: Compiler, type: GraphQLObjectType, nodes: readonly FieldNode[]): Complete {
  const collected = collectFields(compiler.schema, compiler.fragments, type, nodes);
  if (!collected) return decline;
  const openings = [...collected.keys()].map((key, i) => Buffer.from(`${i === 0 ? '{' : ','}"${key}":`));
  const fields = [...collected.values()].map((same) => compileField(compiler, type, same));
  return (value, context, target) => {
    if (type.isTypeOf && type.isTypeOf(value, context, info) !== true) return false;
    for (let i = 0; i < fields.length; i += 1) {
      target.writeRaw(openings[i]!);
      if (!fields[i]!(value, context, target)) return false;
    }
    target.writeRaw(fields.length === 0 ? marks.emptyObject : marks.objectEnd);
    return true;
  };
}

function compileField(compiler: Compiler, parent: GraphQLObjectType, nodes: readonly FieldNode[]): Complete {
  const name = nodes[0]!.name.value;
  if (name === '__typename') return (_value, _context, target) => target.write(parent.name);
  const field = parent.getFields()[name];
  if (!field || field.args.length > 0) return decline;
  for (const reference of referencesOf(parent.name, name)) compiler.references.add(reference);
  const complete = compileType(compiler, field.type, nodes);
  return field.resolve
    ? withPatience(field, complete)
    : (owner, context, target) => complete(readProperty(owner, name), context, target);
}

/** What the engine does for a field without a resolver. @throws for a method, which it would call */
function readProperty(parent: unknown, name: string): unknown {
  const value = (parent as Record<string, unknown>)[name];
  if (typeof value === 'function' || isPromise(value)) throw new TypeError('only the engine calls methods');
  return value;
}

/** A resolver that gives promises is one for the engine; after a few it is no longer asked twice. */
function withPatience({ resolve }: GraphQLField<unknown, Context>, complete: Complete): Complete {
  let promises = 0;
  return (parent, context, target) => {
    if (promises >= patience) return false;
    const value: unknown = resolve!(parent, noArguments, context, info);
    if (!isPromise(value)) return complete(value, context, target);
    promises += 1;
    value.catch(() => undefined);
    return false;
  };
}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;
