import { GraphQLInt, GraphQLObjectType, GraphQLSchema, type GraphQLFieldConfigMap } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { access, routeAccess, rules, type Rule } from '../../src/graphql/access.ts';
import { createContext, type Context } from '../../src/graphql/context.ts';
import { checkRoutes, guardSchema } from '../../src/graphql/guard.ts';
import { Pipeline, type Operation } from '../../src/graphql/pipeline.ts';

const person = createContext({ userId: 'somebody', deviceId: null });
const anonymous = createContext(null);
const ended = createContext(null, true);

/** A schema of one query, `one`, and whether it has been resolved. */
function guarded(rows: Record<string, Rule>) {
  const seen: Context[] = [];
  const resolve = (_: unknown, __: unknown, context: Context) => seen.push(context);
  const fields: GraphQLFieldConfigMap<unknown, Context> = { one: { type: GraphQLInt, resolve } };
  const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields }) });
  const pipeline = new Pipeline(guardSchema(schema, { Query: rows, Mutation: {}, Subscription: {} }));
  const operation = pipeline.prepare({ query: '{ one }' }) as Operation;
  return { seen, ask: (context: Context) => pipeline.execute(operation, null, context) };
}

describe('the guard', () => {
  it.each([
    ['PERSON', [person]],
    ['VISITOR', [person, anonymous]],
    ['ANYONE', [person, anonymous, ended]],
  ] as const)('lets of all who ask for what is for %s only those see the resolver', async (rule, welcome) => {
    const { seen, ask } = guarded({ one: rule });
    for (const context of [person, anonymous, ended]) {
      const { errors } = await ask(context);
      const codes = errors?.map(({ extensions }) => extensions['code']);
      expect(codes).toEqual((welcome as readonly Context[]).includes(context) ? undefined : ['UNAUTHENTICATED']);
    }
    expect(seen).toEqual(welcome);
  });

  it('lets no schema load that has a field without a row, or lacks the field of a row', () => {
    expect(() => guarded({})).toThrow('does not say who may ask for one of Query');
    expect(() => guarded({ one: 'PERSON', two: 'PERSON' })).toThrow('rows for what Query lacks: two');
  });

  it('lets no server start with a plain route without a row, or a row without a route', () => {
    const route = { method: 'GET', segment: 'files' } as const;
    expect(() => checkRoutes([route], { 'GET files': 'LINK' })).not.toThrow();
    expect(() => checkRoutes([route], {})).toThrow('GET files');
    expect(() => checkRoutes([], { 'GET files': 'LINK' })).toThrow('GET files');
  });
});

describe('docs/access.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/access.md'), 'utf8');
  const rows = text.split('\n').filter((line) => line.startsWith('|'));

  it('shows every row of the table, and no other', () => {
    const fields = Object.entries(access).flatMap(([type, names]) =>
      Object.entries(names).map(([name, rule]) => `| ${type}.${name} | ${rule} |`),
    );
    const routes = Object.entries(routeAccess).map(([name, rule]) => `| ${name} | ${rule} |`);
    expect(rows.filter((row) => / (\w+\.\w+|GET \w+|PUT \w+) \| [A-Z]+ \|$/.test(row))).toEqual([...fields, ...routes]);
  });

  it('says of each rule what each role gets', () => {
    const columns = ['owner', 'stranger', 'anonymous', 'ended', 'ended'] as const;
    const grants = Object.entries(rules).map(
      ([rule, grant]) => `| ${rule} | ${columns.map((role) => grant[role]).join(' | ')} |`,
    );
    expect(rows.filter((row) => /^\| [A-Z]+ \|/.test(row))).toEqual(grants);
  });
});
