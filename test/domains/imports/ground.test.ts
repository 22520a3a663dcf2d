import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';
import { applyImport, importCsv, settled } from './transfer.ts';

describe('what a person changes while their file is checked', () => {
  let app: App;

  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  afterEach(() => sql.query('DROP FUNCTION IF EXISTS meanwhile CASCADE'));

  /** Does something in the database as the first rows are staged: the file is read, and not compared yet. */
  const meanwhile = async (statement: string) => {
    await sql.query(
      `CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NULL; END $$`,
    );
    await sql.query('CREATE TRIGGER meanwhile AFTER INSERT ON import_rows EXECUTE FUNCTION meanwhile()');
  };

  it('counts when it is applied: a value that its metric takes no longer is refused', async () => {
    const client = await Client.register(app.url);
    const { id: metricId } = await client.createMetric({ name: 'Mood', type: 'RATING', min: 1, max: 10 });
    await meanwhile(`UPDATE metrics SET max = 5 WHERE id = '${metricId}'`);
    const { id, state } = await importCsv(client, 'date,metric,value\n2026-01-01,Mood,4\n2026-01-02,Mood,9\n', false);
    expect(state).toBe('READY');
    await applyImport(client, id);
    const { report } = await settled(client, id);
    expect(report).toMatchObject({ rowsAccepted: 1, rowsRejected: 1, rejected: [{ row: 3 }] });
    expect(await client.countEntries()).toBe(1);
  });
});
