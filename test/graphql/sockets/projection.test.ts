import fc from 'fast-check';
import {
  execute,
  getNamedType,
  isAbstractType,
  isObjectType,
  parse,
  validate,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/changes/change.ts';
import { createContext } from '../../../src/graphql/context.ts';
import { loadSchema } from '../../../src/graphql/schema.ts';
import { readChangesDocument } from '../../../src/graphql/sockets/changes-document.ts';
import { JsonBytes } from '../../../src/graphql/sockets/json-bytes.ts';

describe('the projection of a change', () => {
  let schema: GraphQLSchema;

  beforeAll(async () => {
    schema = await loadSchema();
  });

  /** What the projection says and what the engine says, as text; undefined when the projection leaves it to the engine. */
  const compare = async (selection: string, change: Change) => {
    const document = parse(selection);
    expect(validate(schema, document)).toEqual([]);
    const wanted = readChangesDocument(schema, document, undefined)!;
    const context = createContext({ userId: change.entityId, deviceId: null });
    const target = new JsonBytes();
    const isComplete = wanted.projection.project(change, context, target);
    const result = await execute({ schema, document, rootValue: change, contextValue: context });
    const projected = isComplete ? `${wanted.opening}${target.read()}}}` : undefined;
    return { projected, engine: JSON.stringify(result) };
  };

  it('is the same text, byte for byte, as the engine gives, or none', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(anySelection(schema), anyChange, async (selection, change) => {
        const { projected, engine } = await compare(selection, change);
        if (projected === undefined) return;
        answered += 1;
        expect(projected).toBe(engine);
      }),
      { numRuns: 1500 },
    );
    // Were everything left to the engine, nothing would have been compared.
    expect(answered).toBeGreaterThan(300);
  });

  it.each([
    ['an alias', 'subscription { c: changes { number: seq seq entity { ... on Entry { theNotes: notes } } } }'],
    [
      'a fragment',
      'subscription { ...c } fragment c on Subscription { changes { ...d } } fragment d on Change { seq at }',
    ],
    [
      'fields selected twice',
      'subscription { changes { entity { ... on Entry { id } ... on Entry { tags id } } } changes { seq entity { __typename } } }',
    ],
    [
      'the value and the metric',
      'subscription { changes { entity { ... on Entry { value metric { id name type } } } } }',
    ],
  ])('answers %s itself', async (_, selection) => {
    const { projected, engine } = await compare(selection, entryChange);
    expect(projected).toBe(engine);
  });

  it.each([
    ['a directive', 'subscription { changes { seq @skip(if: false) } }'],
    [
      'arguments',
      'subscription { changes { entity { ... on Metric { entries(first: 1) { edges { cursor } } } } } }',
      'Metric',
    ],
    ['a null that may not be', 'subscription { changes { entity { ... on Metric { name } } } }', 'Metric'],
    ['a look-up', 'subscription { changes { entity { ... on User { seq } } } }', 'User'],
    ['a key like __proto__', 'subscription { changes { __proto__: seq } }'],
  ])('leaves %s to the engine', (_, selection, entityType = 'Entry') => {
    const wanted = readChangesDocument(schema, parse(selection), undefined)!;
    const change = { ...entryChange, entityType, snapshot: { id: entryChange.entityId, name: null } };
    expect(wanted.projection.project(change, createContext(null), new JsonBytes())).toBe(false);
  });

  it.each([
    ['another subscription', 'subscription { job(id: "x") { id } }'],
    ['a query of the same name', '{ changes(after: 0) { lastSeq } }'],
    ['a root with a directive', 'subscription { changes @include(if: true) { seq } }'],
  ])('is not made for %s', (_, text) => {
    expect(readChangesDocument(schema, parse(text), undefined)).toBeNull();
  });
});

const id = '01a1fe76-147e-786e-9fde-ee95e351bffc';
const at = '2026-11-21T14:15:13.805Z';
const metric = { id, name: 'Mood', type: 'BINARY' };
const entryChange: Change = {
  seq: 5,
  kind: 'CREATED',
  entityType: 'Entry',
  entityId: id,
  deviceId: null,
  at: new Date(at),
  snapshot: {
    id,
    metricId: id,
    metric,
    date: '2025-06-01',
    time: null,
    number: 1,
    text: null,
    notes: 'ü "\n',
    tags: ['a', 'b'],
  },
};

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\u2028', '\u0000\u001f\u007f', '"\\/'));
const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-0, 1e21, 1e-7, 2 ** 31, 0.1 + 0.2));
const anything = fc.oneof(
  anyText,
  anyNumber,
  fc.boolean(),
  fc.constant(null),
  fc.array(anyText),
  fc.jsonValue({ maxDepth: 2 }),
);
const instant = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
/** As a rule what belongs there, sometimes what does not: the log holds what older versions wrote. */
const mostly = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: anything });
const nullable = <T>(usual: fc.Arbitrary<T>) => mostly(fc.option(usual));

const anyMetric = fc.record({
  id: mostly(fc.uuid()),
  name: mostly(anyText),
  type: mostly(fc.constantFrom('RATING', 'DURATION', 'BINARY', 'NUMBER', 'TEXT')),
  category: mostly(anyText),
  unit: nullable(anyText),
  min: nullable(anyNumber),
  max: nullable(anyNumber),
  step: nullable(anyNumber),
  aggregation: mostly(fc.constantFrom('SUM', 'MEAN', 'LAST')),
  desired: nullable(fc.constantFrom('HIGHER', 'LOWER')),
  isActionable: nullable(fc.boolean()),
  isActive: mostly(fc.boolean()),
  version: mostly(fc.nat()),
  createdAt: mostly(fc.oneof(instant, fc.date({ noInvalidDate: true }))),
  updatedAt: mostly(instant),
});
const snapshots = {
  Metric: anyMetric,
  Entry: fc.record({
    id: mostly(fc.uuid()),
    metricId: fc.uuid(),
    metric: anyMetric,
    date: mostly(fc.constantFrom('2026-11-21', '1900-01-01')),
    time: nullable(fc.constantFrom('07:30:00', '23:59:59')),
    number: nullable(anyNumber),
    text: nullable(anyText),
    notes: nullable(anyText),
    tags: mostly(fc.array(anyText)),
    source: mostly(anyText),
    importId: nullable(fc.uuid()),
    version: mostly(fc.nat()),
    createdAt: mostly(instant),
    updatedAt: mostly(instant),
  }),
  User: fc.record({
    id: mostly(fc.uuid()),
    email: mostly(anyText),
    timeZone: mostly(anyText),
    dayStartsAt: mostly(fc.nat(23)),
    preferences: fc.oneof(fc.dictionary(fc.string(), anything), anything),
    createdAt: mostly(instant),
  }),
};

const anyChange: fc.Arbitrary<Change> = fc.constantFrom('Entry', 'Metric', 'User').chain((entityType) =>
  fc.record({
    seq: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    kind: fc.constantFrom('CREATED', 'UPDATED', 'DELETED'),
    entityType: fc.constant(entityType),
    entityId: fc.uuid(),
    deviceId: fc.option(fc.uuid()),
    at: fc.date({ noInvalidDate: true }),
    snapshot: fc.option(snapshots[entityType] as fc.Arbitrary<object>, { freq: 9 }),
  }),
) as fc.Arbitrary<Change>;

/** These look into the database. */
const lookUps = new Set(['User.seq', 'Insight.metrics', 'Import.uploadUrl']);

/** A subscription to changes with any fields, aliases, fragments and repetitions. */
const anySelection = (schema: GraphQLSchema): fc.Arbitrary<string> =>
  selectionOf(schema, schema.getType('Change')!, 4).map((set) => `subscription { changes ${set} }`);

/** @param prefix goes before names in the answer: fields of one name and different types may not stand side by side */
function selectionOf(schema: GraphQLSchema, type: GraphQLNamedType, depth: number, prefix = ''): fc.Arbitrary<string> {
  const parts: fc.Arbitrary<string>[] = [fc.constant('__typename')];
  for (const field of isObjectType(type) ? Object.values(type.getFields()) : []) {
    const inner = getNamedType(field.type);
    const isLeaf = !isObjectType(inner) && !isAbstractType(inner);
    if (field.args.length > 0 || lookUps.has(`${type.name}.${field.name}`) || (!isLeaf && depth === 0)) continue;
    const names = ['', 'again_'].map((again) => `${prefix}${again}${field.name}: ${field.name}`);
    const name = fc.constantFrom(...names, ...(prefix ? [] : [field.name]));
    parts.push(isLeaf ? name : fc.tuple(name, selectionOf(schema, inner, depth - 1)).map((pair) => pair.join(' ')));
  }
  for (const possible of isAbstractType(type) && depth > 0 ? schema.getPossibleTypes(type) : []) {
    const set = selectionOf(schema, possible, depth - 1, `${possible.name}_`);
    parts.push(set.map((text) => `... on ${possible.name} ${text}`));
  }
  const list = fc.array(fc.oneof(...parts), { minLength: 1, maxLength: 8 });
  return fc.tuple(list, fc.boolean()).map(([all, isWrapped]) => {
    const set = `{ ${all.join(' ')} }`;
    return isWrapped ? `{ ... on ${type.name} ${set} }` : set;
  });
}
