import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/database/database.ts';
import { importCsv, settled, undoImport } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';

type Line = { seq: number; kind: string; entity: { id: string; value: unknown; notes: string | null } | null };

const file = 'date,metric,value,notes\n2026-01-01,Mood,1,a\n2026-01-02,Mood,2,b\n2026-01-03,Mood,3,c\n';

describe('the lines of imported entries', () => {
  let app: App;
  let client: Client;
  let importId: string;
  let brought: Line[];

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  beforeEach(async () => {
    client = await Client.register(app.url);
    importId = (await importCsv(client, file)).id;
    brought = await readCreated();
  });

  const readCreated = async (): Promise<Line[]> => {
    const fields = 'seq kind entity { __typename ... on Entry { id value notes version updatedAt source } }';
    const query = `{ changes(after: 0) { changes { ${fields} } } }`;
    const { changes } = await client.graphql<{ changes: { changes: Line[] } }>(query);
    return changes.changes.filter(({ kind, entity }) => kind === 'CREATED' && entity && 'value' in entity);
  };
  const storedSnapshots = async (): Promise<number> => {
    const rows = await sql.query(
      `SELECT 1 AS one FROM changes WHERE user_id = $1::uuid AND entity_type = 'Entry' AND kind = 'CREATED' AND snapshot IS NOT NULL`,
      [client.userId],
    );
    return rows.length;
  };

  it('say what was brought, without keeping it twice', async () => {
    expect(brought.map(({ entity }) => [entity!.value, entity!.notes])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await storedSnapshots()).toBe(0);
  });

  it('go on saying it when an entry changes, and keep what only that one was', async () => {
    await client.updateEntry(brought[1]!.entity!.id, { value: 9, notes: 'later' });
    expect(await readCreated()).toEqual(brought);
    expect(await storedSnapshots()).toBe(1);
  });

  it('go on saying it when an entry is deleted and comes back', async () => {
    await client.deleteEntry(brought[0]!.entity!.id);
    expect(await readCreated()).toEqual(brought);
    const seq = await client.seq();
    await client.graphql(`mutation { undo(seq: ${seq}) { seq } }`);
    await client.updateEntry(brought[0]!.entity!.id, { value: 7 });
    expect((await readCreated()).slice(0, 3)).toEqual(brought);
  });

  it('go on saying it when their metric goes with them', async () => {
    const { metrics } = await client.graphql<{ metrics: { edges: { node: { id: string } }[] } }>(
      '{ metrics { edges { node { id } } } }',
    );
    await client.graphql(`mutation { deleteMetric(id: "${metrics.edges[0]!.node.id}") }`);
    expect(await readCreated()).toEqual(brought);
  });

  it('go on saying it when the import is undone and done again', async () => {
    await undoImport(client, importId);
    await settled(client, importId);
    expect(await readCreated()).toEqual(brought);
    expect(await storedSnapshots()).toBe(3);
    await importCsv(client, file);
    const all = await readCreated();
    expect(all.slice(0, 3)).toEqual(brought);
    expect(all.slice(3).map(({ entity }) => entity!.value)).toEqual([1, 2, 3]);
  });

  it('stand in a snapshot of the log as of a number before they changed', async () => {
    const seq = await client.seq();
    await client.updateEntry(brought[2]!.entity!.id, { value: 5 });
    const query = `query ($asOf: Int) { snapshot(asOf: $asOf) { changes { entity { ... on Entry { id value } } } } }`;
    const values = async (asOf?: number) => {
      const { snapshot } = await client.graphql<{ snapshot: { changes: Line[] } }>(query, { asOf });
      return snapshot.changes.flatMap(({ entity }) => (entity?.value === undefined ? [] : [entity.value])).sort();
    };
    expect(await values(seq)).toEqual([1, 2, 3]);
    expect(await values()).toEqual([1, 2, 5]);
  });
});

describe('statements that read snapshots of changes', () => {
  const statements = listSources(join(import.meta.dirname, '../../src')).flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/`[^`]*\b(?:FROM|JOIN) (?:changes|change_log)\b[^`]*`/g)].map(([text]) => ({
      path,
      text,
    })),
  );

  it('read them from the view, which has those of imported entries', () => {
    const found = statements.filter(({ text }) => readsOfTable(text)).map(({ path, text }) => `${path}: ${text}`);
    expect(statements.length).toBeGreaterThan(10);
    expect(found).toEqual([]);
    expect(readsOfTable('SELECT snapshot FROM changes WHERE seq = 1')).toBe(true);
    expect(readsOfTable('SELECT c.snapshot FROM changes c')).toBe(true);
    expect(readsOfTable('SELECT ${changeColumns} FROM changes c')).toBe(true);
  });
});

/** Whether a statement takes snapshots from the table itself. */
const readsOfTable = (text: string): boolean =>
  [...text.matchAll(/\b(?:FROM|JOIN) changes\b(?: (?!WHERE|ORDER|ON|JOIN|GROUP|LIMIT)(\w+))?/g)].some(([, alias]) =>
    alias
      ? new RegExp(`\\b${alias}\\.snapshot|${alias === 'c' ? '\\$\\{changeColumns\\}' : '(?!)'}`).test(text)
      : /(?<!\.)\bsnapshot\b/.test(text),
  );

function listSources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}
