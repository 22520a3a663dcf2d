import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Insight } from '../../../generated/prisma/client.ts';
import type { Relation } from '../../../src/analysis/engine/findings.ts';
import type { NewInsight } from '../../../src/domains/insights/evidence.ts';
import { tellsTheSame } from '../../../src/domains/insights/sameness.ts';
import { stateCalendarPattern } from '../../../src/domains/insights/statements/courses.ts';
import { stateCorrelation } from '../../../src/domains/insights/statements/relations.ts';

const names = { sleep: 'Sleep', mood: 'Mood' };

describe('tellsTheSame', () => {
  it.each<[string, (q: number, familySize?: number) => NewInsight]>([
    ['a correlation', (q, familySize) => correlate({ qValue: q, familySize })],
    ['a correlation without an effect', (q, familySize) => correlate({ qValue: q, familySize, effect: null })],
    ['a weekday', (q) => weekdays(q)],
    ['a trend', (q) => ({ ...weekdays(0.01), evidence: { kind: 'Trend', n: 7 } as never, confidence: 1 - q })],
  ])('overlooks that the family around %s has moved a little, though the sentence tells it', (_, state) => {
    expect(tellsTheSame(keep(state(0.0123)), state(0.0124, 23_410))).toBe(true);
    expect(tellsTheSame(keep(state(0.0123)), state(0.01181))).toBe(true);
    expect(tellsTheSame(keep(state(0.0123)), state(0.013))).toBe(false);
    expect(tellsTheSame(keep(state(0.0123)), state(0.0116))).toBe(false);
  });

  it.each([
    ['is recommended', 0.0499, 0.0501],
    ['is told exactly', 0.000995, 0.001005],
  ])('tells the crossing of the rate below which something %s, however small the step', (_, low, high) => {
    expect(tellsTheSame(keep(correlate({ qValue: low })), correlate({ qValue: high }))).toBe(false);
    expect(tellsTheSame(keep(correlate({ qValue: high })), correlate({ qValue: low }))).toBe(false);
  });

  it('tells a family that has grown by more than a twentieth, even where the q-value stayed', () => {
    const kept = keep(correlate({ familySize: 1_000 }));
    expect(tellsTheSame(kept, correlate({ familySize: 1_050 }))).toBe(true);
    expect(tellsTheSame(kept, correlate({ familySize: 1_051 }))).toBe(false);
  });

  it.each<[string, Partial<Relation>]>([
    ['coefficient', { coefficient: 0.4 + Number.EPSILON }],
    ['p-value', { pValue: 1.0001e-5 }],
    ['number of days', { n: 134 }],
    ['lag', { lagDays: 2 }],
    ['effect', { effect: { ...relation().effect!, adjustedDifference: 0.7000001 } }],
    ['range', { range: { first: 0, last: 151 } }],
  ])('tells another %s, were it by the last bit', (_, change) => {
    expect(tellsTheSame(keep(correlate()), correlate(change))).toBe(false);
  });

  it('tells a new name, be it one that looks like a q-value', () => {
    const [one, other] = ['q = 0.0123).', 'q = 0.0124).'].map((mood) => ({ ...names, mood }));
    expect(tellsTheSame(keep(correlate({}, one)), correlate({}, one))).toBe(true);
    expect(tellsTheSame(keep(correlate({ qValue: 0.0123 }, one)), correlate({ qValue: 0.0124 }, other))).toBe(false);
  });

  it('never lets many small moves add up unseen', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -0.01, max: 0.012, noNaN: true }), { minLength: 200 }), (steps) => {
        let [kept, q] = [keep(correlate({ qValue: 0.002 })), 0.002];
        for (const step of steps) {
          q = Math.min(0.1, q * (1 + step));
          const found = correlate({ qValue: q });
          if (!tellsTheSame(kept, found)) kept = keep(found);
          const { qValue } = kept.evidence as { qValue: number };
          expect(Math.abs(q / qValue - 1)).toBeLessThanOrEqual(0.05 + 1e-9);
          expect(Math.abs((1 - kept.confidence) / q - 1)).toBeLessThanOrEqual(0.06);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('writes a slow rise seldom: once in five moves of one in a hundred', () => {
    let [kept, writes] = [keep(correlate({ qValue: 0.002 })), 0];
    for (let move = 1; move <= 100; move++) {
      const found = correlate({ qValue: 0.002 * 1.01 ** move });
      if (tellsTheSame(kept, found)) continue;
      kept = keep(found);
      writes++;
    }
    expect(writes).toBe(20);
  });
});

function relation(change: Partial<Relation> = {}): Relation {
  const effect = { threshold: 7, meanAbove: 4, meanBelow: 3.2, nAbove: 60, nBelow: 73, difference: 0.8 };
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  return {
    driver: 'sleep',
    outcome: 'mood',
    lagDays: 1,
    method: 'SPEARMAN',
    coefficient: 0.4,
    adjustedCoefficient: 0.35,
    n: 133,
    effectiveN: 120,
    pValue: 1e-5,
    qValue: 0.0123,
    familySize: 23_400,
    interval: { low: 0.2, high: 0.5 },
    effect: { ...effect, adjustedDifference: 0.7, low: 0.3, high: 1.1, outcomeIsBinary: false },
    trace: { reason: 'TOO_FEW_DAYS', missingDays: 3 },
    range: { first: 0, last: 150 },
    ...given,
  } as Relation;
}

const correlate = (change: Partial<Relation> = {}, called = names): NewInsight =>
  stateCorrelation(relation(change), {
    firstDay: 20_000,
    metrics: new Map(Object.entries(called).map(([id, name]) => [id, { name, unit: null, type: 'NUMBER' }])),
  })!;

function weekdays(qValue: number): NewInsight {
  const strongest = { weekday: 6, difference: 2, ownLevel: 5, othersLevel: 3, count: 20 };
  const effects = { effects: [1, 2], counts: [20, 20], strongest, n: 40, pValue: 1e-4 } as never;
  const finding = { type: 'WEEKDAYS' as const, id: 'mood', effects, qValue, range: { first: 0, last: 150 } };
  const metric = { name: 'Mood', unit: null, type: 'NUMBER' };
  const statement = stateCalendarPattern(finding, { firstDay: 20_000, metrics: new Map() }, metric);
  return { ...statement, metricIds: ['mood'] };
}

/** As the database gives it back. */
const keep = ({ range, ...found }: NewInsight): Insight =>
  ({
    ...found,
    evidence: JSON.parse(JSON.stringify(found.evidence)),
    rangeFrom: new Date(range.from),
    rangeTo: new Date(range.to),
  }) as Insight;
