import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { TooCostlyError } from '../kernel/errors.ts';
import { toClientError } from './errors.ts';

/** What a document may have at most, whoever sends it and whichever way it comes. */
export const documentLimits = {
  /** Its text: comments, white space and what stands between quotes are no tokens, and are read all the same. */
  characters: 100_000,
  /** Lines of it, of which empty ones are no tokens either: to say where a mistake is, all before it are counted. */
  lines: 3000,
  /** Words and signs, counted while it is read: the longest queries of apps have some hundred; values belong in variables. */
  tokens: 3000,
  /** Fields, those of fragments counted wherever they are used: a summary with everything in it has more than 1000. */
  fields: 2000,
  /** Levels of fields: `insights { edges { node { metrics { entries { edges { node { metric { id }` are nine. */
  depth: 12,
  /** Other names for fields: one request may ask the same thing for some dozen metrics. */
  aliases: 50,
  /** The same field in the same place: answered once, but compared with each other. Fragments of an app repeat `id`. */
  repetitions: 20,
  /** `@include` and `@skip`. */
  directives: 50,
} as const;

/** Why a text is not even read; undefined when it may be. */
export function checkText(text: string): TooCostlyError | undefined {
  const { characters, lines } = documentLimits;
  if (text.length > characters)
    return new TooCostlyError(`A document has at most ${characters} characters. ${asVariables}`);
  const breaks = text.match(/\r\n|[\n\r]/g)?.length ?? 0;
  return breaks < lines ? undefined : new TooCostlyError(`A document has at most ${lines} lines.`);
}

/** Why the words and signs of a text were not read to the end. */
export const tooManyTokens = (): TooCostlyError =>
  new TooCostlyError(`A document has at most ${documentLimits.tokens} tokens. ${asVariables}`);

const asVariables = 'Send values as variables.';

/** What a selection adds up to. Of introspection graphql-js limits the depth itself. */
type Size = { fields: number; depth: number; aliases: number; repetitions: number; directives: number };

const nothing: Size = { fields: 0, depth: 0, aliases: 0, repetitions: 0, directives: 0 };

/** The limits that a document exceeds. It need not be valid; the work is linear in its length, whatever it says. */
export function checkDocument(document: DocumentNode): readonly GraphQLError[] {
  const size = measure(document);
  return (Object.keys(nothing) as (keyof Size)[])
    .filter((name) => size[name] > documentLimits[name])
    .map((name) => toClientError(new TooCostlyError(messageOf(name))));
}

const words: Record<keyof Size, string> = {
  fields: 'fields',
  depth: 'levels of fields',
  aliases: 'aliases',
  repetitions: 'times the same field in one place',
  directives: 'directives',
};

const messageOf = (name: keyof Size): string =>
  `This operation is too large: it may have at most ${documentLimits[name]} ${words[name]}. Ask for less at once.`;

function measure(document: DocumentNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const ruler = new Ruler(fragments);
  const sizes = document.definitions.map((node) =>
    'selectionSet' in node ? withDirectives(ruler.measureSet(node.selectionSet), node) : nothing,
  );
  return sizes.reduce(larger, nothing);
}

class Ruler {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Each fragment is measured once; while it is, it counts nothing: validation refuses those that contain themselves. */
  private readonly known = new Map<string, Size>();

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.fragments = fragments;
  }

  measureSet({ selections }: SelectionSetNode): Size {
    const sum = selections.map((each) => withDirectives(this.measureSelection(each), each)).reduce(add, nothing);
    return { ...sum, repetitions: Math.max(sum.repetitions, mostFrequent(selections.map(nameOf))) };
  }

  private measureSelection(selection: SelectionNode): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.measureFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.measureSet(selection.selectionSet);
    const inner = selection.selectionSet ? this.measureSet(selection.selectionSet) : nothing;
    const depth = isIntrospection(selection) ? 1 : inner.depth + 1;
    return { ...inner, depth, fields: inner.fields + 1, aliases: inner.aliases + (selection.alias ? 1 : 0) };
  }

  private measureFragment(name: string): Size {
    const known = this.known.get(name);
    if (known) return known;
    this.known.set(name, nothing);
    const fragment = this.fragments.get(name);
    const size = fragment ? this.measureSet(fragment.selectionSet) : nothing;
    this.known.set(name, size);
    return size;
  }
}

const isIntrospection = ({ name }: FieldNode): boolean => name.value.startsWith('__');

/** What tells a selection from the others of its set; inline fragments are told apart by what is in them. */
const nameOf = (selection: SelectionNode, i: number): string =>
  selection.kind === Kind.FIELD
    ? (selection.alias ?? selection.name).value
    : selection.kind === Kind.FRAGMENT_SPREAD
      ? `...${selection.name.value}`
      : `${i}`;

function mostFrequent(names: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

const withDirectives = (size: Size, { directives = [] }: { directives?: readonly unknown[] | undefined }): Size => ({
  ...size,
  directives: size.directives + directives.length,
});

const add = (a: Size, b: Size): Size => ({
  fields: a.fields + b.fields,
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  repetitions: Math.max(a.repetitions, b.repetitions),
  directives: a.directives + b.directives,
});

const larger = (a: Size, b: Size): Size => ({
  fields: Math.max(a.fields, b.fields),
  depth: Math.max(a.depth, b.depth),
  aliases: Math.max(a.aliases, b.aliases),
  repetitions: Math.max(a.repetitions, b.repetitions),
  directives: Math.max(a.directives, b.directives),
});
