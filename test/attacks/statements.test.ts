import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSchema } from '../../src/graphql/schema.ts';
import { sql } from '../../src/platform/database/database.ts';
import { startApp, type App } from '../setup/app.ts';
import { recordStatements, type Statement } from '../setup/statements.ts';
import { calls } from './calls.ts';
import { rootFields, writeOperation } from './operations.ts';
import { createPerson, withoutAnalysis } from './people.ts';

const schema = await loadSchema();
/** All but two: a subscription asks the same as the query of its name, and who registers is nobody yet. */
const asked = rootFields(schema)
  .filter((place) => !place.startsWith('Subscription.') && place !== 'Mutation.register')
  .flatMap((place) => calls[place]!.map((call) => ({ place, call })));

let app: App;
let statements: Statement[];
let tables: string[];

describe('34: the statements of a request', () => {
  beforeAll(async () => {
    app = await startApp(withoutAnalysis);
    const rows = await sql.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'user_id'`,
    );
    tables = ['users', ...rows.map(({ name }) => name)];
    statements = recordStatements();
  });
  afterAll(() => app.stop());

  it('all name the person they are for, whatever of people they touch', { timeout: 120_000 }, async () => {
    const anonymous: string[] = [];
    const reader = await createPerson(app.url);
    const seen = new Set<string>();
    for (const { place, call } of asked) {
      const person = place.startsWith('Query.') ? reader : await createPerson(app.url);
      const args = call(person.things, person);
      statements.length = 0;
      await person.client.raw(writeOperation(schema, place, args), args);
      for (const statement of statements.filter((each) => each.isOfRequest && !isIdentification(each))) {
        const touched = tablesIn(statement);
        touched.forEach((table) => seen.add(table));
        if (touched.length > 0 && !statement.values.includes(person.client.userId)) anonymous.push(statement.text);
      }
    }
    expect(anonymous).toEqual([]);
    expect([...seen]).toEqual(
      expect.arrayContaining(['changes', 'entries', 'imports', 'insights', 'metrics', 'users']),
    );
  });

  const tablesIn = ({ text }: Statement): string[] =>
    tables.filter((table) => new RegExp(`\\b(FROM|JOIN|INTO|UPDATE) ("public"\\.)?"?${table}\\b`, 'i').test(text));
});

/** What finds out who somebody is: by the email that signs in, and by the token, of which nobody knows another's. */
const isIdentification = ({ text }: Statement): boolean =>
  text.includes('"users"."email" = $1') || /\bhash = decode\(\$1/.test(text);
