import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonBytes } from '../../../src/graphql/sockets/json-bytes.ts';

describe('JSON as bytes', () => {
  /** Around the length from which native code writes a text, with everything that JSON and UTF-8 treat in a special way. */
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .array(fc.constantFrom('a', '"', '\\', '\n', '\u{7f}', 'ü', '\u{1f600}', '\ud800', '\u2028'), { maxLength: 130 })
      .map((all) => all.join('')),
    fc
      .tuple(fc.integer({ min: 60, max: 70 }), fc.constantFrom('a', 'ü', '\u{1f600}'))
      .map(([n, letter]) => letter.repeat(n)),
  );
  const value = fc.oneof(text, fc.double(), fc.integer(), fc.constantFrom(null, true, false, -0), fc.jsonValue());

  it('are what JSON.stringify says, value behind value', () => {
    const target = new JsonBytes();
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (values) => {
        target.clear();
        for (const each of values) expect(target.write(each)).toBe(true);
        expect(target.read().toString()).toBe(values.map((each) => JSON.stringify(each)).join(''));
      }),
      { numRuns: 1000 },
    );
  });

  it('say so where JSON has nothing to say, and write nothing', () => {
    const target = new JsonBytes();
    for (const nothing of [undefined, () => 1, Symbol('s')]) expect(target.write(nothing)).toBe(false);
    expect(target).toHaveLength(0);
  });

  it('grow as long as they have to, and can be taken back', () => {
    const target = new JsonBytes();
    const long = 'long \u{1f600}'.repeat(300_000);
    target.write(1);
    target.write(long);
    expect(target.read().toString()).toBe(`1${JSON.stringify(long)}`);
    target.truncate(1);
    target.writeRaw(Buffer.from('[]'));
    expect(target.read().toString()).toBe('1[]');
  });

  it('that were read stay as they are', () => {
    const target = new JsonBytes();
    target.write('first');
    const read = target.read();
    target.clear();
    target.write('other');
    expect(read.toString()).toBe('"first"');
  });
});
