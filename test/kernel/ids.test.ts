import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveId, isId, newId } from '../../src/kernel/ids.ts';

describe('a new id', () => {
  it('is a UUIDv7, and comes after those made before it', () => {
    const ids = Array.from({ length: 10_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
    for (const id of ids.slice(0, 100))
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Math.abs(parseInt(ids[0]!.replace('-', '').slice(0, 12), 16) - Date.now())).toBeLessThan(10_000);
  });
});

describe('an id', () => {
  it('is a UUID in lower case and nothing around it', () => {
    const id = newId();
    expect(isId(id)).toBe(true);
    for (const other of [
      id.toUpperCase(),
      ` ${id}`,
      `${id}\n`,
      `{${id}}`,
      id.replaceAll('-', ''),
      id.slice(1),
      `${id}0`,
      '',
      'null',
    ]) {
      expect(isId(other), `${other}`).toBe(false);
    }
  });
});

describe('a derived id', () => {
  it('is a UUIDv8 that depends on all of its parts and on where they end', () => {
    expect(deriveId('a', 'b')).toBe(deriveId('a', 'b'));
    const others = [['b', 'a'], ['ab'], ['a', 'b', ''], ['a'], ['', 'a', 'b'], ['a","b']].map((parts) =>
      deriveId(...parts),
    );
    expect(new Set([deriveId('a', 'b'), ...others]).size).toBe(7);
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(deriveId(...parts)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(isId(deriveId(...parts))).toBe(true);
      }),
    );
  });
});
