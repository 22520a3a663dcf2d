import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, openEngine } from '../../../src/analysis/engine/engine.ts';
import type { Conclusion, PersonFacts } from '../../../src/analysis/engine/findings.ts';
import { drawAutoregressive, drawNormal, seedUniform } from '../noise.ts';

const firstDay = 20_454;
const days = 90;
const edits = 10_000;
const facts: PersonFacts = {
  metrics: [
    { id: 'sleep', desired: 'HIGHER', isActionable: true, isDuration: true },
    { id: 'mood', desired: 'HIGHER', isActionable: false, isDuration: false },
  ],
  preferences: [],
};

/** A person in whom sleep makes the next day's mood, a habit is a matter of chance, and weight falls. */
function drawPerson(seed: number): Map<string, Float64Array> {
  const uniform = seedUniform(seed);
  const sleep = drawAutoregressive(days, 0.3, uniform);
  const mood = sleep.map((_, day) => (day === 0 ? 0 : 0.7 * sleep[day - 1]!) + 0.6 * drawNormal(uniform));
  return new Map([
    ['sleep', sleep.map((value) => 27_000 + 2_400 * value)],
    ['mood', mood.map((value) => Math.max(1, Math.min(10, Math.round(6 + 1.5 * value))))],
    ['habit', drawAutoregressive(days, 0.4, uniform).map((value) => Number(value > 0.4))],
    ['weight', drawAutoregressive(days, 0.6, uniform).map((value, day) => 80 - 0.05 * day + 0.4 * value)],
  ]);
}

describe('an engine', () => {
  it('concludes the same as a new one, to the last bit, after thousands of edits', { timeout: 120_000 }, () => {
    const uniform = seedUniform(7);
    const series = drawPerson(1);
    const ids = [...series.keys()];
    const engine = openEngine(firstDay);
    for (const [id, values] of series) engine.put(id, values);
    const compared: [Conclusion, Conclusion][] = [];
    for (let edit = 1; edit <= edits; edit++) {
      const id = ids[Math.floor(uniform() * ids.length)]!;
      const values = editDay(series.get(id)!, uniform);
      series.set(id, values);
      engine.put(id, values);
      if (edit % 10 === 0) engine.conclude(facts);
      if (edit % 500 === 0) compared.push([engine.conclude(facts), analyse(firstDay, series, facts)]);
    }
    expect(compared).toHaveLength(edits / 500);
    for (const [carriedOn, begunAnew] of compared) expect(carriedOn).toEqual(begunAnew);
  });

  it('does not mind the order of arrival, nor what has been there in between', () => {
    const series = drawPerson(2);
    const expected = analyse(firstDay, series, facts);
    fc.assert(
      fc.property(fc.shuffledSubarray([...series.keys()], { minLength: 4 }), fc.boolean(), (order, hadGuest) => {
        const engine = openEngine(firstDay);
        if (hadGuest) engine.put('guest', drawAutoregressive(200, 0.5, seedUniform(9)));
        engine.conclude(facts);
        for (const id of order) engine.put(id, series.get(id)!);
        engine.conclude(facts);
        engine.put('guest', null);
        expect(engine.conclude(facts)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  it('grows with its series', () => {
    const engine = openEngine(firstDay);
    engine.put('a', drawAutoregressive(40, 0, seedUniform(1)));
    engine.conclude(facts);
    const long = drawPerson(3);
    for (let i = 0; i < 20; i++) engine.put(`b${i}`, drawAutoregressive(400, 0.2, seedUniform(i)));
    for (const [id, values] of long) engine.put(id, values);
    engine.put('a', null);
    for (let i = 0; i < 20; i++) engine.put(`b${i}`, null);
    expect(engine.conclude(facts)).toEqual(analyse(firstDay, long, facts));
  });

  it('finds what was planted, says it in units, and recommends it', () => {
    const { findings } = analyse(firstDay, drawPerson(1), facts);
    const relation = findings.flatMap((found) => (found.type === 'CORRELATION' ? [found.relation] : []));
    expect(relation).toMatchObject([{ driver: 'sleep', outcome: 'mood', lagDays: 1 }]);
    expect(relation[0]!.effect!.threshold! % 300).toBe(0);
    expect(relation[0]!.effect!.adjustedDifference).toBeGreaterThan(0.5);
    expect(findings.some((found) => found.type === 'TREND' && found.id === 'weight')).toBe(true);
    expect(findings.filter(({ type }) => type === 'RECOMMENDATION')).toMatchObject([
      { recommendation: { driver: 'sleep', outcome: 'mood', aim: 'AT_LEAST' } },
    ]);
  });

  it('says of every question why it has no answer', () => {
    const engine = openEngine(firstDay);
    for (const [id, values] of drawPerson(1)) engine.put(id, values);
    engine.put('new', new Float64Array(days).fill(Number.NaN, 3));
    engine.put('empty', new Float64Array());
    const rows = engine.assess(facts);
    const find = (type: string, ...ids: string[]) =>
      rows.find((row) => row.type === type && row.ids.toSorted().join() === ids.toSorted().join());
    expect(find('CORRELATION', 'sleep', 'mood')).toMatchObject({ reason: 'READY' });
    expect(find('CORRELATION', 'weight', 'habit')).toMatchObject({ reason: 'NOTHING_FOUND' });
    expect(find('CORRELATION', 'new', 'habit')).toMatchObject({ reason: 'TOO_FEW_DAYS', missingDays: 11 });
    expect(find('TREND', 'empty')).toMatchObject({ reason: 'TOO_FEW_DAYS', missingDays: 10 });
    expect(find('RECOMMENDATION', 'weight')).toMatchObject({ reason: 'NOT_ACTIONABLE' });
    expect(rows).toHaveLength(6 * 5 + 15);
  });
});

/** The series with one day changed, added or taken away. */
function editDay(values: Float64Array, uniform: () => number): Float64Array {
  const edited = values.slice();
  const day = Math.floor(uniform() * edited.length);
  const other = edited[Math.floor(uniform() * edited.length)]!;
  edited[day] = uniform() < 0.2 ? Number.NaN : other;
  return edited;
}
