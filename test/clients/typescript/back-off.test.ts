import { describe, expect, it } from 'vitest';
import { BackOff } from '../../../clients/typescript/src/back-off.ts';

describe('a back-off', () => {
  it('doubles its limit from half a second up to thirty seconds', () => {
    const backOff = new BackOff(() => 1);
    expect(Array.from({ length: 8 }, () => backOff.next())).toEqual([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
    for (let failures = 0; failures < 2000; failures++) backOff.next();
    expect(backOff.next()).toBe(30_000);
  });

  it('waits any time up to the limit', () => {
    const backOff = new BackOff(() => 0.1);
    expect([backOff.next(), backOff.next()]).toEqual([50, 100]);
  });

  it('begins anew after a success', () => {
    const backOff = new BackOff(() => 1);
    for (let failures = 0; failures < 5; failures++) backOff.next();
    backOff.reset();
    expect(backOff.next()).toBe(500);
  });
});
