import { builder } from './builder.ts';

/** A GraphQL enum whose values are their own names, each with its meaning. */
export function defineEnum<Value extends string>(
  name: string,
  description: string,
  meanings: Record<Value, string>,
): PothosSchemaTypes.EnumRef<typeof builder.$inferSchemaTypes, Value> {
  const values = Object.entries<string>(meanings).map(([value, meaning]) => [value, { value, description: meaning }]);
  return builder.enumType(name, { description, values: Object.fromEntries(values) }) as never;
}
