import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { RateLimitedError } from '../../src/kernel/errors.ts';
import { Buckets } from '../../src/platform/buckets.ts';
import { openSecrets } from '../../src/platform/secrets/secrets.ts';
import {
  closeThrottles,
  giveBack,
  isNoted,
  note,
  openThrottles,
  reset,
  take,
  takeAll,
} from '../../src/platform/throttles.ts';

const three = { name: 'three', burst: 3, perSecond: 0.1 };
const one = { name: 'one', burst: 1, perSecond: 1 };
const outcomes = async (count: number, work: () => Promise<void>) => {
  const settled = await Promise.allSettled(Array.from({ length: count }, work));
  return settled.filter(({ status }) => status === 'fulfilled').length;
};

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ['Date'] });
  openSecrets(readConfig({ DATA_DIR: 'memory://' }));
  openThrottles({ redisUrl: undefined, isOff: false });
});
afterEach(async () => {
  await closeThrottles();
  vi.useRealTimers();
});

describe('a throttle', () => {
  it('lets so many through at once, and says how long the next has to wait', async () => {
    expect(await outcomes(5, () => take(three, 'a'))).toBe(3);
    const refusal = await take(three, 'a').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RateLimitedError);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', details: { retryAfterSeconds: 10 } });
  });

  it('lets the next through when that time has passed, and not before; what was refused costs nothing', async () => {
    await outcomes(50, () => take(three, 'a'));
    vi.advanceTimersByTime(9_999);
    await expect(take(three, 'a')).rejects.toMatchObject({ details: { retryAfterSeconds: 1 } });
    vi.advanceTimersByTime(1);
    await take(three, 'a');
    await expect(take(three, 'a')).rejects.toThrow('Try again in 10 seconds');
  });

  it('is full again after a long time, and not fuller', async () => {
    await outcomes(3, () => take(three, 'a'));
    vi.advanceTimersByTime(3_600_000);
    expect(await outcomes(5, () => take(three, 'a'))).toBe(3);
  });

  it('counts each key for itself, and each throttle', async () => {
    await outcomes(5, () => take(three, 'a'));
    expect(await outcomes(5, () => take(three, 'b'))).toBe(3);
    await take(one, 'a');
  });

  it('takes from several or from none', async () => {
    const both = [
      { throttle: three, key: 'a' },
      { throttle: one, key: 'a' },
    ];
    expect(await outcomes(5, () => takeAll(both))).toBe(1);
    expect(await outcomes(5, () => take(three, 'a'))).toBe(2);
  });

  it('takes back, but holds no more than before', async () => {
    await take(three, 'a');
    await giveBack([{ throttle: three, key: 'a' }]);
    await giveBack([{ throttle: three, key: 'a' }]);
    expect(await outcomes(5, () => take(three, 'a'))).toBe(3);
    await reset(three, 'a');
    expect(await outcomes(5, () => take(three, 'a'))).toBe(3);
  });

  it('refuses nothing when it is off', async () => {
    await closeThrottles();
    openThrottles({ redisUrl: undefined, isOff: true });
    expect(await outcomes(50, () => take(three, 'a'))).toBe(50);
  });

  it('does without a Redis that is not there, and without waiting for it', async () => {
    await closeThrottles();
    vi.useRealTimers();
    openThrottles({ redisUrl: 'redis://127.0.0.1:1', isOff: false });
    const started = performance.now();
    expect(await outcomes(5, () => take(three, 'a'))).toBe(3);
    await note('seen', 'a', 60);
    expect(await isNoted('seen', 'a')).toBe(true);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a note', () => {
  it('is kept for its time', async () => {
    expect(await isNoted('seen', 'a')).toBe(false);
    await note('seen', 'a', 60);
    expect([await isNoted('seen', 'a'), await isNoted('seen', 'b'), await isNoted('heard', 'a')]).toEqual([
      true,
      false,
      false,
    ]);
    vi.advanceTimersByTime(61_000);
    expect(await isNoted('seen', 'a')).toBe(false);
  });
});

describe('buckets', () => {
  it('remember only so many keys', () => {
    const buckets = new Buckets(2);
    const takeOne = (key: string) => buckets.take([{ key, fill: 1000, room: 1000 }]);
    expect([takeOne('a'), takeOne('b'), takeOne('a'), takeOne('b')]).toEqual([0, 0, 1000, 1000]);
    takeOne('c');
    expect(takeOne('a')).toBe(0);
  });
});
