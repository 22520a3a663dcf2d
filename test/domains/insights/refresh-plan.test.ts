import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Insight } from '../../../generated/prisma/client.ts';
import type { Silence } from '../../../src/analysis/silence.ts';
import type { NewInsight } from '../../../src/domains/insights/evidence.ts';
import { planRefresh, type RefreshPlan } from '../../../src/domains/insights/refresh-plan.ts';
import type { MetricsAlive } from '../../../src/domains/insights/retraction.ts';

const [sleep, mood] = ['01a1fd5a-5876-711d-bc74-3df1035d0bd1', '01a1fd5a-5876-711d-bc74-3df1035d0bd2'];
const alive: MetricsAlive = new Map([
  [sleep, { name: 'Sleep', isActive: true }],
  [mood, { name: 'Mood', isActive: true }],
]);
const nothing: RefreshPlan = { creates: [], updates: [], retirements: [] };

describe('planRefresh', () => {
  it('has nothing to write when the same is found again', () => {
    expect(plan([keep(find('a')), keep(find('b'))], [find('b'), find('a')])).toEqual(nothing);
  });

  it('takes what the database cannot tell apart for the same: -0, undefined, another order of keys', () => {
    const kept = keep(find('a', { evidence: { kind: 'Trend', n: 0, range: { from: 'x', to: 'y' } } as never }));
    const found = { range: { to: 'y', from: 'x' }, n: -0, kind: 'Trend', velocity: undefined };
    expect(plan([kept], [find('a', { evidence: found as never })])).toEqual(nothing);
  });

  it('creates what is new, once', () => {
    expect(plan([], [find('a'), find('b'), find('a')]).creates.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it.each<[string, Partial<NewInsight>]>([
    ['title', { title: 'Other words.' }],
    ['confidence', { confidence: 0.5 }],
    ['range', { range: { from: '2026-01-01', to: '2026-02-02' } }],
    ['metrics', { metricIds: [mood] }],
    ['evidence', { evidence: { kind: 'Trend', n: 8 } as never }],
    ['type', { type: 'PATTERN' as never }],
  ])('updates what is found with another %s', (_, overrides) => {
    const kept = keep(find('a'));
    const found = find('a', overrides);
    expect(plan([kept], [found])).toEqual({ ...nothing, updates: [{ kept, found }] });
  });

  it('retires what is no longer found, with what the analysis says instead', () => {
    const kept = keep(find('a'));
    const silence: Silence = { reason: 'TOO_FEW_DAYS', missingDays: 3 };
    expect(plan([kept], [], new Map([['a', silence]])).retirements).toEqual([
      { kept, reason: 'GROUND_CHANGED', silence },
    ]);
    expect(plan([kept], []).retirements).toEqual([{ kept, reason: 'GROUND_CHANGED', silence: null }]);
  });

  it.each<[string, MetricsAlive]>([
    ['was deleted', new Map([[mood, alive.get(mood)!]])],
    ['was archived', new Map([...alive, [sleep, { name: 'Sleep', isActive: false }]])],
  ])('retires what is about a metric that %s, even when the analysis still saw it', (_, metrics) => {
    const kept = keep(find('a'));
    const silences = new Map([['a', { reason: 'NOTHING_FOUND', missingDays: null } as const]]);
    const retired = { ...nothing, retirements: [{ kept, reason: 'METRIC_GONE', silence: null }] };
    expect(planRefresh([kept], [], silences, metrics)).toEqual(retired);
    expect(planRefresh([kept], [find('a')], silences, metrics)).toEqual(retired);
    expect(planRefresh([], [find('a')], silences, metrics)).toEqual(nothing);
  });

  it('retires once: what is retracted stays as it was said then', () => {
    const kept = keep(find('a'), { isActive: false, retractedAt: new Date(), retractionReason: 'GROUND_CHANGED' });
    expect(plan([kept], [], new Map([['a', { reason: 'CONSTANT', missingDays: null }]]))).toEqual(nothing);
  });

  it('takes up again what holds again, numbers changed or not', () => {
    const kept = keep(find('a'), { isActive: false, retractedAt: new Date(), retractionReason: 'METRIC_GONE' });
    expect(plan([kept], [find('a')]).updates).toHaveLength(1);
  });

  it('keeps the numbers of what was dismissed true, and retracts it like any other', () => {
    const dismissed = keep(find('a'), { isActive: false, dismissedAt: new Date() });
    expect(plan([dismissed], [find('a')])).toEqual(nothing);
    expect(plan([dismissed], [find('a', { confidence: 0.5 })]).updates).toHaveLength(1);
    expect(plan([dismissed], []).retirements).toHaveLength(1);
  });

  it('leaves nothing to do once it is carried out, whatever was kept and found', () => {
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'));
    const moment = fc.option(fc.constant(new Date(0)));
    const keptOnes = fc.array(fc.record({ dismissedAt: moment, retractedAt: moment }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(keys, keys, keptOnes, fc.double({ noNaN: true }), (keptKeys, foundKeys, states, confidence) => {
        const kept = keptKeys.map((key, i) => keep(find(key), states[i]));
        const found = foundKeys.map((key) => find(key, { confidence }));
        const after = carryOut(kept, plan(kept, found));
        expect(plan(after, found)).toEqual(nothing);
        expect(after.filter(({ retractedAt }) => !retractedAt).map(({ key }) => key)).toEqual(
          expect.arrayContaining(foundKeys),
        );
      }),
    );
  });
});

const plan = (kept: Insight[], found: NewInsight[], silences: ReadonlyMap<string, Silence> = new Map()): RefreshPlan =>
  planRefresh(kept, found, silences, alive);

const find = (key: string, overrides: Partial<NewInsight> = {}): NewInsight => ({
  type: 'TREND',
  key,
  title: 'Mood is rising.',
  confidence: 0.99,
  range: { from: '2026-01-01', to: '2026-03-01' },
  metricIds: [sleep, mood],
  evidence: { kind: 'Trend', n: 7 } as never,
  ...overrides,
});

/** A finding as the database gives it back. */
function keep({ range, ...found }: NewInsight, overrides: Partial<Insight> = {}): Insight {
  const [dismissedAt, retractedAt] = [overrides.dismissedAt ?? null, overrides.retractedAt ?? null];
  return {
    ...found,
    evidence: JSON.parse(JSON.stringify(found.evidence)),
    rangeFrom: new Date(range.from),
    rangeTo: new Date(range.to),
    userId: 'u',
    id: `id of ${found.key}`,
    groundSeq: 1,
    isActive: !dismissedAt && !retractedAt,
    rating: null,
    ratedAt: null,
    retractionReason: null,
    retractionMessage: null,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    ...overrides,
    dismissedAt,
    retractedAt,
  };
}

function carryOut(kept: readonly Insight[], { creates, updates, retirements }: RefreshPlan): Insight[] {
  const after = new Map(kept.map((insight) => [insight.key, insight]));
  for (const found of creates) after.set(found.key, keep(found));
  for (const one of updates) after.set(one.found.key, keep(one.found, { dismissedAt: one.kept.dismissedAt }));
  for (const one of retirements)
    after.set(one.kept.key, { ...one.kept, isActive: false, retractedAt: new Date(), retractionReason: one.reason });
  return [...after.values()];
}
