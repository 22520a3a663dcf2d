import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { compactLog } from '../../src/changes/compaction.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { createDatabase, hasServers, type TestDatabase } from '../setup/database.ts';

describe.skipIf(!hasServers())('compacting a log that is being written to', () => {
  let app: App;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    app = await startApp({
      DATABASE_URL: database.url,
      REDIS_URL: inject('redisUrl')!,
      INSIGHTS_DEBOUNCE_SECONDS: '3600',
    });
  });
  afterAll(async () => {
    await app?.stop();
    await database?.drop();
  });

  it('waits for its turn, and leaves every number that follows', async () => {
    const client = await Client.register(app.url);
    const metric = await client.createMetric();
    const isOver = { value: false };
    const writers = Array.from({ length: 6 }, async () => {
      while (!isOver.value) await client.createEntry({ metricId: metric.id });
    });
    const seen: number[] = [];
    for (let i = 0; i < 60; i++) {
      const before = await client.seq();
      await compactLog(client.userId, new Date(Date.now() + 60_000), ['Metric']);
      const after = await client.replay(await readCompacted(client));
      seen.push(before);
      expect(after.map((line) => line.seq)).toEqual(after.map((_, index) => after[0]!.seq + index));
    }
    isOver.value = true;
    await Promise.all(writers);
    expect(seen.at(-1)).toBeGreaterThan(seen[0]!);
  });
});

/** Up to where the log has been compacted, by its own word. */
async function readCompacted(client: Client): Promise<number> {
  const { errors } = await client.raw('{ changes(after: 0) { lastSeq } }');
  return errors![0]!.extensions['compactedTo'] as number;
}
