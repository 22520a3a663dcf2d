import type { GraphQLField, GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { UnauthenticatedError } from '../kernel/errors.ts';
import type { Route } from '../kernel/define-domain.ts';
import { access, routeAccess, rules, type Role, type RootType, type Rule } from './access.ts';
import type { Context } from './context.ts';

type Resolver = GraphQLFieldResolver<unknown, Context>;
type Table = Readonly<Record<RootType, Readonly<Record<string, Rule>>>>;

/** Who asks, as far as it shows before anything is looked up. */
const roleOf = ({ visitor, isTokenRefused }: Context): Role =>
  visitor ? 'owner' : isTokenRefused ? 'ended' : 'anonymous';

/**
 * Puts a guard before every root field: whom the table refuses does not get as far as the resolver. Changes the schema it is
 * given.
 * @throws Error for a field without a row, and for a row without a field: a server whose table is not whole does not start
 */
export function guardSchema(schema: GraphQLSchema, table: Table = access): GraphQLSchema {
  const types = { Query: schema.getQueryType(), Mutation: schema.getMutationType() };
  for (const [name, type] of Object.entries({ ...types, Subscription: schema.getSubscriptionType() })) {
    const rows = table[name as RootType];
    const fields = type?.getFields() ?? {};
    checkWhole(name, Object.keys(fields), Object.keys(rows));
    for (const field of Object.values(fields)) guardField(field, rows[field.name]!, name === 'Subscription');
  }
  return schema;
}

/** @throws Error for a plain route without a row, and for a row without a route */
export const checkRoutes = (routes: readonly Pick<Route, 'method' | 'segment'>[], table: object = routeAccess): void =>
  checkWhole(
    'the routes',
    routes.map(({ method, segment }) => `${method} ${segment}`),
    Object.keys(table),
  );

function checkWhole(place: string, names: readonly string[], rows: readonly string[]): void {
  const open = names.filter((name) => !rows.includes(name));
  const left = rows.filter((name) => !names.includes(name));
  if (open.length > 0) throw new Error(`graphql/access.ts does not say who may ask for ${open.join(', ')} of ${place}`);
  if (left.length > 0) throw new Error(`graphql/access.ts has rows for what ${place} lacks: ${left.join(', ')}`);
}

/** Of a subscription it is the beginning that is guarded: what comes later comes to whoever was let in. */
function guardField(field: GraphQLField<unknown, Context>, rule: Rule, isSubscription: boolean): void {
  const key = isSubscription ? 'subscribe' : 'resolve';
  const inner = field[key];
  if (!inner) throw new Error(`${field.name} has nothing to guard`);
  field[key] = withGuard(inner, rule);
}

function withGuard(inner: Resolver, rule: Rule): Resolver {
  const grants = rules[rule];
  return (source, args, context, info) => {
    if (grants[roleOf(context)] === 'NO') throw new UnauthenticatedError();
    return inner(source, args, context, info);
  };
}
