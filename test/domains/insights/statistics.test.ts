import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromDayNumber, toDayNumber } from '../../../src/kernel/civil-time.ts';
import { drawAutoregressive, seedUniform } from '../../analysis/noise.ts';
import { startApp, type App } from '../../setup/app.ts';
import { ApiError, Client } from '../../setup/client.ts';

type Row = { reason: string; message: string; missingDays: number | null; type: string; metrics: { name: string }[] };

let app: App;
beforeAll(async () => {
  app = await startApp({ INSIGHTS_DEBOUNCE_SECONDS: '3600' });
});
afterAll(() => app.stop());

describe('correlations', () => {
  it('reports every test of the family, significant or not, with p and q', async () => {
    const person = await Client.register(app.url);
    for (const seed of [1, 2, 3])
      await log(person, `Noise ${seed}`, [...drawAutoregressive(60, 0.5, seedUniform(seed))]);
    const { correlations: report } = await person.graphql<{
      correlations: {
        familySize: number;
        range: object;
        correlations: { pValue: number; qValue: number; n: number; effectiveN: number }[];
      };
    }>(
      '{ correlations(input: { maxLagDays: 2, method: PEARSON }) { familySize range { from to } correlations(significantOnly: false) { pValue qValue n effectiveN } } }',
    );
    // Three pairs, one test on the same day and two for each of two lags.
    expect(report.familySize).toBe(15);
    expect(report.correlations).toHaveLength(15);
    expect(report.range).toEqual({ from: '2026-01-01', to: '2026-03-01' });
    for (const row of report.correlations) {
      expect(row.qValue).toBeGreaterThanOrEqual(row.pValue);
      expect(row.effectiveN).toBeLessThanOrEqual(row.n);
    }
  });

  it('names near-copies instead of testing them', async () => {
    const person = await Client.register(app.url);
    const steps = [...drawAutoregressive(40, 0.2, seedUniform(5))];
    await log(person, 'Steps', steps);
    await log(
      person,
      'Distance',
      steps.map((value) => value * 0.7),
    );
    const { correlations: report } = await person.graphql<{ correlations: unknown }>(
      '{ correlations(input: {}) { familySize tautologies { kind coefficient metrics { name } } correlations { lagDays } } }',
    );
    expect(report).toEqual({
      familySize: 0,
      correlations: [],
      tautologies: [{ kind: 'COPY', coefficient: 1, metrics: [{ name: 'Steps' }, { name: 'Distance' }] }],
    });
  });

  it('answers with an empty report for somebody without data', async () => {
    const person = await Client.register(app.url);
    expect(
      await person.graphql(
        '{ correlations(input: {}) { familySize correlations { lagDays } } trends(input: {}) { n } insightReadiness { message } }',
      ),
    ).toEqual({
      correlations: { familySize: 0, correlations: [] },
      trends: [],
      insightReadiness: [],
    });
  });

  it('refuses lags out of bounds and ranges that end before they begin', async () => {
    const person = await Client.register(app.url);
    for (const input of [
      'maxLagDays: 15',
      'maxLagDays: -1',
      'range: { from: "2026-02-01", to: "2026-01-01" }',
      'range: { from: "2026-02-30", to: "2026-03-01" }',
    ]) {
      await expect(person.graphql(`{ correlations(input: { ${input} }) { familySize } }`)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      } satisfies Partial<ApiError>);
    }
  });
});

describe('insightReadiness', () => {
  it('says of each metric and pair what is missing', async () => {
    const person = await Client.register(app.url);
    await log(person, 'Long', [...drawAutoregressive(20, 0, seedUniform(1))]);
    await log(person, 'Short', [1, 2, 3]);
    await log(
      person,
      'Flat',
      Array.from({ length: 20 }, () => 5),
    );
    await person.createMetric({ name: 'Diary', type: 'TEXT' });
    const { insightReadiness: rows } = await person.graphql<{ insightReadiness: Row[] }>(
      '{ insightReadiness { type reason message missingDays metrics { name } } }',
    );
    const find = (type: string, ...names: string[]) =>
      rows.find((row) => row.type === type && row.metrics.map(({ name }) => name).join() === names.join());
    expect(find('TREND', 'Long')).toMatchObject({ reason: 'READY', missingDays: null });
    expect(find('TREND', 'Short')).toMatchObject({
      reason: 'TOO_FEW_DAYS',
      missingDays: 7,
      message: 'Short: 7 more days with a value are needed to look for a trend.',
    });
    expect(find('TREND', 'Flat')).toMatchObject({ reason: 'CONSTANT' });
    expect(find('TREND', 'Diary')).toMatchObject({ reason: 'NOT_NUMERIC' });
    expect(find('CORRELATION', 'Long', 'Short')).toMatchObject({ reason: 'TOO_FEW_DAYS', missingDays: 11 });
    expect(find('CORRELATION', 'Long', 'Flat')).toMatchObject({ reason: 'CONSTANT' });
  });
});

async function log(person: Client, name: string, values: number[]): Promise<void> {
  const { id } = await person.createMetric({ name });
  const firstDay = toDayNumber('2026-01-01');
  await person.createEntries(values.map((value, i) => ({ metricId: id, date: fromDayNumber(firstDay + i), value })));
}
