import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  type GraphQLSchema,
} from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadSchema } from '../../src/graphql/schema.ts';

let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await loadSchema();
});

const ownTypes = () => Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
const builtIn = new Set(['String', 'Int', 'Float', 'Boolean', 'ID']);

describe('the schema', () => {
  it('describes every type, field, argument, enum value and input field', () => {
    const described = ownTypes().flatMap((type): [string, string | null | undefined][] => {
      const own: [string, string | null | undefined] = [type.name, type.description];
      if (isObjectType(type) || isInterfaceType(type)) {
        const fields = Object.values(type.getFields());
        return [
          own,
          ...fields.map((field): [string, string | null | undefined] => [
            `${type.name}.${field.name}`,
            field.description,
          ]),
          ...fields.flatMap((field) =>
            field.args.map((arg): [string, string | null | undefined] => [
              `${type.name}.${field.name}(${arg.name})`,
              arg.description,
            ]),
          ),
        ];
      }
      if (isInputObjectType(type))
        return [
          own,
          ...Object.values(type.getFields()).map((field): [string, string | null | undefined] => [
            `${type.name}.${field.name}`,
            field.description,
          ]),
        ];
      if (isEnumType(type))
        return [
          own,
          ...type
            .getValues()
            .map((value): [string, string | null | undefined] => [`${type.name}.${value.name}`, value.description]),
        ];
      return [own];
    });
    expect(described.length).toBeGreaterThan(200);
    expect(described.filter(([, description]) => !description?.trim()).map(([place]) => place)).toEqual([]);
  });

  it('offers no way around the person: no node(id), no users, no userId as an argument', () => {
    const query = schema.getQueryType()!.getFields();
    expect(Object.keys(query).filter((name) => ['node', 'nodes', 'user', 'users'].includes(name))).toEqual([]);
    const fields = ownTypes()
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()));
    expect(fields.flatMap((field) => field.args).filter((arg) => /user/i.test(arg.name))).toEqual([]);
    const inputs = ownTypes()
      .filter(isInputObjectType)
      .flatMap((type) => Object.keys(type.getFields()));
    expect(inputs.filter((name) => /user|role|isAdmin/i.test(name))).toEqual([]);
  });

  it('shows nothing of a password', () => {
    const fields = ownTypes()
      .filter(isObjectType)
      .flatMap((type) =>
        ['Query', 'Mutation', 'Subscription'].includes(type.name)
          ? []
          : Object.keys(type.getFields()).map((name) => `${type.name}.${name}`),
      );
    // The hash of an event of the audit log, which is there to be noted.
    expect(fields.filter((name) => /\..*(password|hash|secret)/i.test(name))).toEqual(['AuditHead.hash']);
  });

  it('has connections as the Relay specification wants them', () => {
    const connections = ownTypes()
      .filter(isObjectType)
      .filter((type) => type.name.endsWith('Connection'));
    expect(connections.length).toBeGreaterThan(2);
    for (const connection of connections) {
      const fields = connection.getFields();
      expect(`${fields['pageInfo']?.type}`, `${connection.name}`).toBe('PageInfo!');
      expect(`${fields['edges']?.type}`, `${connection.name}`).toBe(
        `[${connection.name.replace(/Connection$/, 'Edge')}!]!`,
      );
    }
    const lists = [schema.getQueryType()!, ...ownTypes().filter(isObjectType)].flatMap((type) =>
      Object.values(type.getFields()),
    );
    for (const field of lists.filter((one) => /Connection!?$/.test(`${one.type}`))) {
      expect(
        field.args.map((arg) => arg.name),
        `${field.name}`,
      ).toEqual(expect.arrayContaining(['first', 'after', 'last', 'before']));
    }
  });

  it('has in ChangedEntity every entity that the log keeps, each with an id', () => {
    const union = schema.getType('ChangedEntity');
    expect(isUnionType(union)).toBe(true);
    const members = isUnionType(union) ? union.getTypes() : [];
    expect(members.map((member) => member.name)).toEqual(
      expect.arrayContaining(['User', 'Metric', 'Entry', 'Insight', 'Import']),
    );
    expect(members.filter((member) => `${member.getFields()['id']?.type}` !== 'ID!')).toEqual([]);
  });

  it('has no scalars but those of the design', () => {
    const scalars = ownTypes()
      .filter(isScalarType)
      .map((type) => type.name)
      .filter((name) => !builtIn.has(name));
    expect(scalars.sort()).toEqual(['Date', 'DateTime', 'EntryValue', 'JSON', 'LocalTime']);
  });
});
