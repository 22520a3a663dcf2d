import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Silence } from '../../../src/analysis/silence.ts';
import {
  describeRetraction,
  isOver,
  type GroundShift,
  type MetricsAlive,
} from '../../../src/domains/insights/retraction.ts';

const metrics: MetricsAlive = new Map([
  ['s', { name: 'Sleep', isActive: true }],
  ['m', { name: 'Mood', isActive: true }],
  ['o', { name: 'Old', isActive: false }],
]);

describe('why an insight was taken back', () => {
  const ofGround = (shift: GroundShift | null, silence: Silence | null = null) =>
    describeRetraction('GROUND_CHANGED', ['s', 'm'], metrics, shift, silence);

  it.each<[GroundShift, string]>([
    [{ changed: 3, added: 0, metricIds: ['m'] }, '3 entries of Mood have been changed or deleted since'],
    [{ changed: 1, added: 0, metricIds: ['m'] }, '1 entry of Mood has been changed or deleted since'],
    [{ changed: 0, added: 1, metricIds: ['s'] }, '1 new entry of Sleep has come since'],
    [{ changed: 0, added: 12, metricIds: ['s', 'm'] }, '12 new entries of Sleep and Mood have come since'],
    [
      { changed: 1, added: 1, metricIds: ['s', 'm'] },
      '1 entry of Sleep and Mood has been changed or deleted and 1 new one has come since',
    ],
    [
      { changed: 2, added: 5, metricIds: ['m'] },
      '2 entries of Mood have been changed or deleted and 5 new ones have come since',
    ],
  ])('tells what became of the entries (%j)', (shift, clause) => {
    expect(ofGround(shift)).toBe(`It no longer holds: ${clause}.`);
  });

  it.each<[Silence, string]>([
    [{ reason: 'TOO_FEW_DAYS', missingDays: 1 }, '1 more day with a value was needed'],
    [{ reason: 'TOO_FEW_DAYS', missingDays: null }, 'too few days had a value'],
    [{ reason: 'TOO_FEW_PAIRED_DAYS', missingDays: 5 }, '5 more days with values of both were needed'],
    [{ reason: 'NOTHING_FOUND', missingDays: null }, 'it could no longer be told from chance'],
  ])('tells what the analysis said instead (%j)', (silence, clause) => {
    expect(ofGround(null, silence)).toBe(`It no longer holds: ${clause}.`);
    const shift = { changed: 0, added: 2, metricIds: ['m'] };
    expect(ofGround(shift, silence)).toBe(`It no longer holds: 2 new entries of Mood have come since, and ${clause}.`);
  });

  it('claims nothing when nothing is known', () => {
    const sentence = 'It no longer holds: the last analysis did not find it again.';
    expect(ofGround(null)).toBe(sentence);
    expect(ofGround({ changed: 0, added: 0, metricIds: [] })).toBe(sentence);
  });

  it('names an archived metric, and only says of a deleted one that it is gone', () => {
    const ofGone = (...ids: string[]) => describeRetraction('METRIC_GONE', ids, metrics, null, null);
    expect(ofGone('s', 'o')).toBe('It no longer holds: Old has been archived.');
    expect(ofGone('x', 'o')).toBe('It no longer holds: a metric it was about has been deleted.');
  });

  it('is one sentence, whatever happened', () => {
    const reasons: Silence['reason'][] = [
      'TOO_FEW_DAYS',
      'TOO_FEW_PAIRED_DAYS',
      'CONSTANT',
      'NOTHING_FOUND',
      'NOT_BETTER_THAN_NAIVE',
      'TAUTOLOGY',
      'NOT_NUMERIC',
      'NOT_ACTIONABLE',
      'NOT_APPLICABLE',
    ];
    const silence = fc.record({ reason: fc.constantFrom(...reasons), missingDays: fc.option(fc.nat()) });
    const shift = fc.record({
      changed: fc.nat(),
      added: fc.nat(),
      metricIds: fc.subarray(['s', 'm'], { minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.option(shift), fc.option(silence), (happened, said) => {
        expect(ofGround(happened, said)).toMatch(/^It no longer holds: [^.]+\.$/);
        expect(ofGround(happened, said)).not.toMatch(/undefined|null|NaN| {2}/);
      }),
    );
  });
});

describe('isOver', () => {
  it('is so of a passing statement that nobody has touched the ground of', () => {
    const untouched = { changed: 0, added: 3, metricIds: [] };
    expect(isOver('Anomaly', untouched)).toBe(true);
    expect(isOver('Anomaly', { ...untouched, changed: 1 })).toBe(false);
    expect(isOver('Correlation', untouched)).toBe(false);
  });
});
