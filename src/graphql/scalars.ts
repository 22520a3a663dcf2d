import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { isInstant, toDay, toInstant } from '../kernel/civil-time.ts';
import { builder } from './builder.ts';

builder.scalarType('Date', {
  description: 'A calendar day as the person lived it, ISO 8601: 2026-11-21. From 1900-01-01 to 2200-12-31.',
  serialize: (value) => (value instanceof Date ? toDay(value) : String(value).slice(0, 10)),
  parseValue: (value) => requireString('Date', value),
});

builder.scalarType('LocalTime', {
  description: 'Local wall-clock time: 07:30 or 07:30:15.',
  serialize: (value) => String(value),
  parseValue: (value) => requireString('LocalTime', value),
});

builder.scalarType('DateTime', {
  description: 'An instant, RFC 3339, UTC, to the millisecond: 2026-11-21T06:30:15.250Z.',
  serialize: (value) => (value instanceof Date ? toInstant(value) : String(value)),
  parseValue: (value) => requireInstant(value),
});

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => readLiteral(node, variables),
});

builder.scalarType('EntryValue', {
  description:
    "A number, boolean or string, as the metric's type asks: RATING and NUMBER a number, DURATION seconds, BINARY a boolean, TEXT a string of at most 10000 characters.",
  serialize: (value) => value,
  parseValue: (value) => requireEntryValue(value),
  parseLiteral: (node) => requireEntryValue(readLiteral(node)),
});

function requireString(scalar: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid(`${scalar} is written as a string.`);
}

/** Stays a text: variables that are read once may be read again. */
function requireInstant(value: unknown): string {
  if (typeof value === 'string' && isInstant(value)) return value;
  throw invalid('A DateTime is written as RFC 3339 has it: 2026-11-21T06:30:15.250Z.');
}

function requireEntryValue(value: unknown): number | boolean | string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw invalid('A value is a number, a boolean or a string.');
}

const invalid = (message: string) => new GraphQLError(message, { extensions: { code: 'INVALID_INPUT' } });

/** The JSON value a literal in the document stands for. */
function readLiteral(node: ValueNode, variables?: Record<string, unknown> | null): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.LIST:
      return node.values.map((value) => readLiteral(value, variables));
    case Kind.OBJECT:
      return Object.fromEntries(node.fields.map((field) => [field.name.value, readLiteral(field.value, variables)]));
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    default:
      return null;
  }
}
