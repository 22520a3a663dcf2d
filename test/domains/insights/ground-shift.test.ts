import { describe, expect, it } from 'vitest';
import { countShift, type EntryChange } from '../../../src/domains/insights/ground-shift.ts';

describe('what has become of the entries behind an insight', () => {
  const count = (changes: EntryChange[], groundSeq = 10) => countShift(changes, groundSeq, ['m', 's']);

  it('counts entries, however often each was changed', () => {
    const changes = [
      line('a', 11, 'UPDATED'),
      line('a', 12, 'UPDATED'),
      line('a', 13, 'DELETED'),
      line('b', 14, 'DELETED'),
    ];
    expect(count(changes)).toEqual({ changed: 2, added: 0, metricIds: ['m'] });
  });

  it('counts an entry that came and was then changed as new', () => {
    expect(count([line('a', 11, 'CREATED', 's'), line('a', 12, 'UPDATED', 's')])).toEqual({
      changed: 0,
      added: 1,
      metricIds: ['s'],
    });
  });

  it('leaves out what came and went', () => {
    expect(count([line('a', 11, 'CREATED'), line('a', 12, 'DELETED')])).toEqual({
      changed: 0,
      added: 0,
      metricIds: [],
    });
  });

  it('counts what was deleted and came back as changed', () => {
    expect(count([line('a', 11, 'DELETED'), line('a', 12, 'CREATED')])).toMatchObject({ changed: 1, added: 0 });
  });

  it('looks neither before the ground nor at other metrics', () => {
    expect(count([line('a', 10, 'UPDATED'), line('b', 11, 'UPDATED', 'other')])).toMatchObject({
      changed: 0,
      added: 0,
    });
  });

  it('names the metrics in the order of the insight', () => {
    expect(count([line('a', 11, 'UPDATED', 's'), line('b', 12, 'CREATED', 'm')]).metricIds).toEqual(['m', 's']);
  });
});

const line = (entryId: string, seq: number, kind: EntryChange['kind'], metricId = 'm'): EntryChange => ({
  entryId,
  seq,
  kind,
  metricId,
});
