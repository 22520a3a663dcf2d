import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { newId } from '../../../src/kernel/ids.ts';
import { sql } from '../../../src/platform/database/database.ts';
import { startApp, type App } from '../../setup/app.ts';
import { Client } from '../../setup/client.ts';

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());
afterEach(() => vi.restoreAllMocks());

describe('what is remembered of a metric', () => {
  it('does not let a value through that a metric of the same id would refuse', async () => {
    const person = await Client.register(app.url);
    const { id } = await person.createMetric({ name: 'Old', max: 10 });
    await person.createEntry({ metricId: id, value: 9 });
    await person.deleteMetric(id);
    await person.createMetric({ id, name: 'New', max: 5 });
    await expect(person.createEntry({ metricId: id, value: 9 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await person.updateMetric(id, { max: 20 });
    expect(await person.createEntry({ metricId: id, value: 15 })).toMatchObject({ value: 15 });
  });

  it('is shown as it is now, in answers, lists and events', async () => {
    const person = await Client.register(app.url);
    const { id } = await person.createMetric({ name: 'Before' });
    const names = '{ id metric { name } }';
    type Event = { changes: { entityType: string; entity: { metric?: { name: string } } } };
    const events = person.subscribe<Event>(
      `subscription { changes(after: 2) { entityType entity { ... on Entry ${names} } } }`,
    );
    await person.createEntry({ metricId: id });
    await person.updateMetric(id, { name: 'After' });
    const create = `mutation { createEntry(input: { metricId: "${id}", date: "2026-01-01", value: 2 }) ${names} }`;
    expect(await person.graphql(create)).toMatchObject({ createEntry: { metric: { name: 'After' } } });
    const { entries } = await person.graphql<{ entries: { edges: { node: { metric: { name: string } } }[] } }>(
      `{ entries { edges { node ${names} } } }`,
    );
    expect(entries.edges.map(({ node }) => node.metric.name)).toEqual(['After', 'After']);
    const [first, , last] = (await events.take(3)).map(({ changes }) => changes.entity.metric?.name);
    expect(['Before', 'After']).toContain(first);
    expect(last).toBe('After');
    await events.close();
  });
});

describe('an entry whose id is used again while it is updated', () => {
  it.each([
    ['in a metric of another type', 'TEXT', 'new text'],
    ['in the same metric', 'NUMBER', 7],
  ])('keeps what it is (%s)', async (_, type, value) => {
    const person = await Client.register(app.url);
    const number = await person.createMetric({ type: 'NUMBER' });
    const metric = type === 'NUMBER' ? number : await person.createMetric({ type });
    const id = newId();
    await person.createEntry({ id, metricId: number.id, value: 5, notes: 'of old' });
    const { query } = sql;
    let isReplaced = false;
    vi.spyOn(sql, 'query').mockImplementation(async (text, ...rest) => {
      const rows = await query(text, ...rest);
      if (isReplaced || !text.includes('entry_snapshot(e) AS entry')) return rows as never;
      // Between what the update reads and what it writes.
      isReplaced = true;
      await person.graphql(`mutation { deleteEntry(id: "${id}") }`);
      await person.createEntry({ id, metricId: metric.id, value, notes: null });
      return rows as never;
    });
    const update = `mutation { updateEntry(id: "${id}", input: { tags: ["x"] }) { value notes tags metricId } }`;
    expect(await person.graphql(update)).toEqual({
      updateEntry: { value, notes: null, tags: ['x'], metricId: metric.id },
    });
    expect(isReplaced).toBe(true);
  });
});
