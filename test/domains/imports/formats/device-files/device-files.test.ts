import { describe, expect, test } from 'vitest';
import { BrokenFileError } from '../../../../../src/domains/imports/broken-file.ts';
import { toDeviceName } from '../../../../../src/domains/imports/formats/device-files/device-names.ts';
import { numberOf } from '../../../../../src/domains/imports/formats/device-files/device-record.ts';
import { readJsonRecords } from '../../../../../src/domains/imports/formats/device-files/json-records.ts';
import { RecentRecords } from '../../../../../src/domains/imports/formats/device-files/recent-records.ts';
import {
  atOffset,
  instantOf,
  readAmericanStamp,
  readOffset,
  readStamp,
} from '../../../../../src/domains/imports/formats/device-files/stamps.ts';

describe('a stamp', () => {
  test('is read with a T or a blank, with and without seconds, fractions and a zone', () => {
    const stamp = { date: '2026-11-20', time: '07:05:11' };
    expect(readStamp('2026-11-20T07:05:11Z')).toEqual({ ...stamp, offset: 0 });
    expect(readStamp('2026-11-20 07:05:11.123+0530')).toEqual({ ...stamp, offset: 330 });
    expect(readStamp('2026-11-20T07:05:11.0')).toEqual({ ...stamp, offset: null });
    expect(readStamp('2026-11-20T07:05-03:30')).toEqual({ date: '2026-11-20', time: '07:05:00', offset: -210 });
    expect(readAmericanStamp('11/20/26 07:05:11')).toEqual({ ...stamp, offset: null });
  });

  test('is none when no clock and no calendar shows it', () => {
    for (const text of [
      '',
      'now',
      '2026-02-29T00:00:00Z',
      '2026-11-20T24:00:00Z',
      '2026-11-20',
      '2026-11-20T07:05:11+25:00',
    ])
      expect(readStamp(text)).toBeNull();
    for (const text of ['', '13/01/26 00:00:00', '02/29/26 00:00:00', '11/20/2026 07:05:11', '11/20/26 25:05:11'])
      expect(readAmericanStamp(text)).toBeNull();
  });

  test('is an instant, and a wall clock elsewhere', () => {
    expect(instantOf(readStamp('2026-11-20T07:05:11+01:00')!)).toBe(Date.UTC(2026, 10, 20, 6, 5, 11));
    expect(atOffset(Date.UTC(2026, 10, 20, 23, 30), 60)).toEqual({ date: '2026-11-21', time: '00:30:00' });
  });

  test('may have its offset in a column of its own', () => {
    const offsets = ['Z', '+01:00', '-0330', '7200s', '-18000s', '+00:00', '00:00'].map(readOffset);
    expect(offsets).toEqual([0, 60, -210, 120, -300, 0, 0]);
    for (const text of ['', 'Europe/Berlin', '+15:00', '99999s', 's']) expect(readOffset(text)).toBeNull();
  });
});

test('a device keeps the numbers that are its name, and loses those that are its own', () => {
  const names: [string, string | null][] = [
    ['Charge 6', 'Charge 6'],
    ['Pixel Watch 2', 'Pixel Watch 2'],
    ['Forerunner 945', 'Forerunner 945'],
    ['WH-1000XM4', 'WH-1000XM4'],
    ['com.example.health', 'com.example.health'],
    ['Aria Air (SN: 4711ABC)', 'Aria Air'],
    ['Versa 4 3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'Versa 4'],
    ['<0x281a3c> Versa 4', 'Versa 4'],
    ['Ring \0 \ud800', 'Ring \ufffd'],
    ['  ', null],
    ['0x281a3c', null],
  ];
  for (const [text, name] of names) expect(toDeviceName(text)).toBe(name);
  const started = performance.now();
  expect([...toDeviceName('🙂 '.repeat(100_000))!].length).toBeLessThanOrEqual(60);
  expect(performance.now() - started).toBeLessThan(1000);
});

test('copies are found within a bounded memory', () => {
  const records = new RecentRecords(3);
  expect(['a', 'b', 'a', 'c', 'd', 'a'].map((each) => records.isNew(each))).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  for (const each of ['e', 'f', 'g', 'h', 'i', 'j']) records.isNew(each);
  expect(records.isNew('a')).toBe(true);
});

test('a number is one as a whole, and finite', () => {
  const read = (value: unknown) => numberOf({ row: 1, get: () => value }, '');
  expect(['1', ' -2.5 ', '.5', '1e3', 7, '', '  ', null, undefined].map(read)).toEqual([
    1,
    -2.5,
    0.5,
    1000,
    7,
    null,
    null,
    null,
    null,
  ]);
  for (const value of ['1,5', '0x10', 'Infinity', '1e999', '1 2', true, [], {}, Infinity])
    expect(read(value)).toBeNaN();
});

describe('the objects of a list', () => {
  const text = async function* (content: string, onPiece = () => {}) {
    for (let at = 0; at < content.length; at += 1000) {
      onPiece();
      yield content.slice(at, at + 1000);
    }
  };
  const list = `[${Array.from({ length: 5000 }, (_, id) => `{"a":{"b":${id}},"c":{}}`).join()}]`;

  test('come in their order, each with the fields that were asked for', async () => {
    const ids: unknown[] = [];
    for await (const records of readJsonRecords(text(list), ['*'], ['a.b']))
      ids.push(...records.map(({ fields }) => fields.get('a.b')));
    expect(ids).toEqual(Array.from({ length: 5000 }, (_, id) => id));
  });

  test('are read no further when nobody wants more', async () => {
    let pieces = 0;
    let isClosed = false;
    const closing = async function* () {
      try {
        yield* text(list, () => pieces++);
      } finally {
        isClosed = true;
      }
    };
    for await (const _ of readJsonRecords(closing(), ['*'], ['a.b'])) break;
    await expect.poll(() => isClosed).toBe(true);
    expect(pieces).toBeLessThan(list.length / 1000);
  });

  test('that are cut off are an error, after those before have come', async () => {
    let count = 0;
    const read = async () => {
      for await (const records of readJsonRecords(text(list.slice(0, -1)), ['*'], ['a.b'])) count += records.length;
    };
    await expect(read()).rejects.toThrow(BrokenFileError);
    expect(count).toBeGreaterThan(0);
  });

  test('end with the error of who reads them', async () => {
    const read = async () => {
      for await (const _ of readJsonRecords(text(list), ['*'], ['a.b'])) throw new Error('enough');
    };
    await expect(read()).rejects.toThrow('enough');
  });
});
