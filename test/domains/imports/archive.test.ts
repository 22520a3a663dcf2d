import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archiveLimits } from '../../../src/domains/imports/archive-members.ts';
import { isArchive, openArchive, openFile, type OpenSource } from '../../../src/domains/imports/archive.ts';
import { BrokenFileError } from '../../../src/domains/imports/broken-file.ts';
import { decodeHead, decodeText } from '../../../src/domains/imports/file-text.ts';
import { makeZip, type ZipEnd, type ZipMember } from '../../setup/zip.ts';

let folder: string;
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function save(bytes: Uint8Array): string {
  const path = join(folder, String(count++));
  writeFileSync(path, bytes);
  return path;
}

const opened: OpenSource[] = [];
afterAll(() => Promise.all(opened.map(({ close }) => close())));

async function openZip(members: readonly ZipMember[], end?: ZipEnd, limits = archiveLimits) {
  const result = await openArchive(save(makeZip(members, end)), limits);
  opened.push(result);
  return result.source.files;
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

async function readAll(files: Awaited<ReturnType<typeof openZip>>) {
  const texts = await Promise.all(files.map(async ({ name, text }) => [name, await textOf(text())]));
  return Object.fromEntries(texts);
}

/** The sentence a broken file is refused with. */
async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrokenFileError);
  return (error as BrokenFileError).issues[0]!.message;
}
const openRefusal = (members: readonly ZipMember[], end?: ZipEnd, limits?: typeof archiveLimits) =>
  refusal(openZip(members, end, limits));
const readRefusal = async (member: Partial<ZipMember>, limits?: typeof archiveLimits) => {
  const files = await openZip([{ name: 'a.csv', ...member }], {}, limits);
  return refusal(textOf(files[0]!.text()));
};

const big = 'date,value\n'.repeat(200_000);
const damaged = /damaged, or its end is missing/;

describe('an archive', () => {
  it('is read file by file, stored or compressed, in any order and again', async () => {
    const files = await openZip([
      { name: 'a/one.csv', data: 'first' },
      { name: 'a/', data: '', method: 0 },
      { name: 'two.csv', data: 'second', method: 0 },
      { name: 'three.csv', data: big },
      { name: 'empty.csv', data: '' },
    ]);
    expect(files.map(({ name }) => name)).toEqual(['a/one.csv', 'two.csv', 'three.csv', 'empty.csv']);
    expect(await textOf(files[2]!.text())).toBe(big);
    expect(await readAll(files)).toEqual({
      'a/one.csv': 'first',
      'two.csv': 'second',
      'three.csv': big,
      'empty.csv': '',
    });
    expect(await textOf(files[0]!.text())).toBe('first');
  });

  it('gives the first 64K characters of a file without reading the rest', async () => {
    const files = await openZip([{ name: 'a', data: big }], {}, { ...archiveLimits, memberBytes: big.length });
    expect(await files[0]!.head()).toBe(big.slice(0, 65_536));
    // Its sum is wrong, which shows only at the end.
    const [wrong] = await openZip([{ name: 'a', data: big, crc: 1 }]);
    expect(await wrong!.head()).toBe(big.slice(0, 65_536));
  });

  it('may be left in the middle of a file, a hundred times', async () => {
    const [file] = await openZip([{ name: 'a', data: big }]);
    for (let i = 0; i < 100; i++) for await (const _ of file!.text()) break;
    expect(await textOf(file!.text())).toBe(big);
  });

  it('is read whatever it holds (property)', async () => {
    const member = fc.record({
      data: fc.string({ unit: 'grapheme' }),
      method: fc.constantFrom(0, 8),
      isZip64: fc.boolean(),
    });
    const text = (data: string) =>
      data
        .replaceAll('\0', '')
        .replace(/^\uFEFF+/, '')
        .toWellFormed();
    await fc.assert(
      fc.asyncProperty(fc.array(member, { maxLength: 5 }), fc.boolean(), async (members, isZip64) => {
        const made = members.map((each, i) => ({ ...each, data: text(each.data), name: `${i}` }));
        const files = await openZip(made, { isZip64 });
        expect(await readAll(files)).toEqual(Object.fromEntries(made.map(({ name, data }) => [name, data])));
      }),
      { numRuns: 50 },
    );
  });

  it('may be ZIP64, as those of many gigabytes are', async () => {
    const files = await openZip([{ name: 'a', data: 'text', isZip64: true }], { isZip64: true });
    expect(await readAll(files)).toEqual({ a: 'text' });
  });

  it('knows names in UTF-8 also when nothing says so, and those of old PCs', async () => {
    const members = [
      { name: 'Größe.csv', flags: 0 },
      { name: Buffer.from([0x81, 0x62]), flags: 0 },
      { name: 'a\\b.csv' },
    ];
    expect((await openZip(members)).map(({ name }) => name)).toEqual(['Größe.csv', 'üb', 'a/b.csv']);
  });

  it('does not show what a Mac adds', async () => {
    const members = ['__MACOSX/._a.csv', 'x/.DS_Store', '.DS_Store', 'a.csv'].map((name) => ({ name }));
    expect((await openZip(members)).map(({ name }) => name)).toEqual(['a.csv']);
  });

  it('is known by how it begins', async () => {
    expect(await isArchive(save(makeZip([{ name: 'a' }])))).toBe(true);
    expect(await isArchive(save(makeZip([])))).toBe(true);
    expect(await isArchive(save(Buffer.from('date,value\n')))).toBe(false);
    expect(await isArchive(save(Buffer.from('PK')))).toBe(false);
  });

  it('fails as the disk does when there is no file', async () => {
    await expect(openArchive(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    const { source, close } = await openArchive(save(makeZip([{ name: 'a', data: 'x' }])));
    await close();
    await expect(textOf(source.files[0]!.text())).rejects.toMatchObject({ code: 'EBADF' });
  });
});

describe('an archive is refused', () => {
  it('with more files than any export', async () => {
    const limits = { ...archiveLimits, members: 2 };
    expect(await openRefusal([{ name: 'a' }, { name: 'b' }, { name: 'c' }], {}, limits)).toMatch(/more than 2 files/);
    expect(await openZip([{ name: 'a' }, { name: 'b' }], {}, limits)).toHaveLength(2);
    expect(await openRefusal([], { entries: 2 ** 52, isZip64: true })).toMatch(/more than 20000 files/);
  });

  it.each([
    ['../a.csv', /leads out/],
    ['x/../../a.csv', /leads out/],
    ['..\\a.csv', /leads out/],
    ['/etc/a.csv', /leads out/],
    ['C:\\a.csv', /leads out/],
    ['a\0.csv', /without a proper name/],
    ['', /without a proper name/],
    ['a'.repeat(1025), /longer than 1024/],
  ])('with the name %j', async (name, says) => {
    expect(await openRefusal([{ name }])).toMatch(says);
  });

  it('with two files of one name', async () => {
    expect(await openRefusal([{ name: 'a.csv' }, { name: 'a.csv' }])).toMatch(/same name/);
  });

  it('with a link, a password or a strange compression', async () => {
    expect(await openRefusal([{ name: 'a', attributes: 0o120777 * 65_536 }])).toMatch(/a link/);
    expect(await openRefusal([{ name: 'a', flags: 0x801 }])).toMatch(/password/);
    expect(await openRefusal([{ name: 'a', method: 12 }])).toMatch(/compressed in a way/);
    // Strong encryption.
    expect(await openRefusal([{ name: 'a', flags: 0x841 }])).toMatch(damaged);
  });

  it('when its directory is broken, or names places that are not in it', async () => {
    expect(await openRefusal([{ name: 'a' }], { directoryAt: 1 })).toMatch(damaged);
    expect(await openRefusal([{ name: 'a' }], { entries: 2 })).toMatch(damaged);
    expect(await openRefusal([{ name: 'a' }], { directoryAt: 2 ** 63, isZip64: true })).toMatch(damaged);
    expect(await openRefusal([{ name: 'a' }], { directoryAt: 2 ** 60, isZip64: true })).toMatch(damaged);
    expect(await readRefusal({ data: 'x', offset: 1_000_000 })).toMatch(damaged);
    expect(await readRefusal({ data: 'x', offset: 2 ** 63, isZip64: true })).toMatch(damaged);
    expect(await readRefusal({ data: 'x', offset: 3 })).toMatch(damaged);
  });

  it('when it is cut off anywhere, or holds nothing', async () => {
    const whole = makeZip([
      { name: 'a', data: 'text' },
      { name: 'b', data: big },
    ]);
    for (const length of [0, 1, 4, 21, 30, 100, whole.length - 60, whole.length - 1])
      expect(await refusal(openArchive(save(whole.subarray(0, length))))).toMatch(damaged);
    expect(await refusal(openArchive(save(Buffer.concat([whole, Buffer.from('more')]))))).toMatch(damaged);
    expect(await refusal(openArchive(save(Buffer.from('date,value\n'))))).toMatch(damaged);
  });

  it('whatever single byte of it is wrong, or is read as it was (property)', async () => {
    const whole = makeZip([{ name: 'a', data: 'some text, more text' }]);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const bytes = Buffer.from(whole);
        bytes[at]! ^= change;
        const outcome = openArchive(save(bytes)).then(async (source) => {
          opened.push(source);
          return readAll(source.source.files);
        });
        const texts = await outcome.catch((error) => error);
        if (texts instanceof BrokenFileError) return;
        expect(Object.values(texts).every((text) => text === 'some text, more text')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file of an archive is refused', () => {
  it('when its bytes are not what the archive says', async () => {
    expect(await readRefusal({ data: big, size: 10 })).toMatch(damaged);
    expect(await readRefusal({ data: 'text', size: 1000 })).toMatch(damaged);
    expect(await readRefusal({ data: 'text', crc: 1 })).toMatch(damaged);
    expect(await readRefusal({ data: 'text', compressed: Buffer.from([0xff, 0xff, 0xff]) })).toMatch(damaged);
    expect(await readRefusal({ data: big, compressed: deflateRawSync(big).subarray(0, 300) })).toMatch(damaged);
    const files = openZip([{ name: 'a', data: 'text', method: 0, size: 3 }]);
    expect(await refusal(files)).toMatch(damaged);
  });

  it('as soon as it is larger than the archive says', async () => {
    const [file] = await openZip([{ name: 'a', data: big, size: 70_000 }]);
    let length = 0;
    const reading = (async () => {
      for await (const piece of file!.text()) length += piece.length;
    })();
    expect(await refusal(reading)).toMatch(damaged);
    expect(length).toBeLessThanOrEqual(70_000);
  });

  it('when its head cannot be had either', async () => {
    const [file] = await openZip([{ name: 'a', data: 'text', compressed: Buffer.from([0xff, 0xff, 0xff]) }]);
    expect(await refusal(file!.head())).toMatch(damaged);
  });

  it('when it is larger than any export, whatever the archive says', async () => {
    const limits = { ...archiveLimits, memberBytes: 1000 };
    expect(await openRefusal([{ name: 'a', data: 'x'.repeat(1001) }], {}, limits)).toMatch(/more than 1000 bytes/);
    expect(await readRefusal({ data: 'x'.repeat(1001), size: 900 }, limits)).toMatch(/more than 1000 bytes/);
    const [file] = await openZip([{ name: 'a', data: 'x'.repeat(1000) }], {}, limits);
    expect(await textOf(file!.text())).toHaveLength(1000);
  });

  it('when more has been read of the archive than any format reads; heads do not count', async () => {
    const limits = { ...archiveLimits, totalBytes: 1000 };
    const [a, b] = await openZip(
      [
        { name: 'a', data: 'x'.repeat(600) },
        { name: 'b', data: 'x'.repeat(400) },
      ],
      {},
      limits,
    );
    for (const file of [a!, b!, a!, b!]) await file.head();
    await textOf(a!.text());
    await textOf(b!.text());
    expect(await refusal(textOf(b!.text()))).toMatch(/more than 1000 bytes/);
  });

  it('when it is a bomb: ten megabytes, and two hundred times its size', async () => {
    const zeros = Buffer.alloc(20 * 1024 ** 2, ' ');
    const [bomb, harmless] = await openZip([
      { name: 'a', data: zeros },
      { name: 'b', data: zeros.subarray(0, 10 * 1024 ** 2) },
    ]);
    expect(await refusal(textOf(bomb!.text()))).toMatch(/more than 200 times/);
    expect(await textOf(harmless!.text())).toHaveLength(10 * 1024 ** 2);
  });

  it('when it is an archive itself', async () => {
    expect(await readRefusal({ data: makeZip([{ name: 'b' }]) })).toMatch(/archive within the archive/);
  });

  it('when it is no text', async () => {
    expect(await readRefusal({ data: Buffer.from([0x61, 0xff]) })).toMatch(/not text in UTF-8/);
    expect(await readRefusal({ data: 'a\0b' })).toMatch(/a character that no text has/);
  });
});

describe('a file alone', () => {
  it('has the name it was given, and is read again and again', async () => {
    const { source, close } = await openFile(save(Buffer.from(`\uFEFF${big}`)), 'mine.csv');
    expect(source.isArchive).toBe(false);
    expect(source.files.map(({ name }) => name)).toEqual(['mine.csv']);
    expect(await source.files[0]!.head()).toBe(big.slice(0, 65_536));
    expect(await textOf(source.files[0]!.text())).toBe(big);
    expect(await textOf(source.files[0]!.text())).toBe(big);
    await close();
  });
});

describe('text', () => {
  const inPieces = async function* (bytes: Uint8Array, length: number) {
    for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
  };
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
  const text = 'Größe 🙂 ñ';
  const encodings: [string, Uint8Array][] = [
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 LE', Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16 BE', swapped(`\uFEFF${text}`)],
  ];

  it.each(encodings)('is read in %s, in pieces of any length', async (_, bytes) => {
    for (const length of [1, 2, 3, 5, 1000]) {
      expect(await textOf(decodeText(inPieces(bytes, length)))).toBe(text);
      expect(await decodeHead(inPieces(bytes, length))).toBe(text);
    }
  });

  it('may be a single character, or none', async () => {
    expect(await textOf(decodeText(inPieces(Buffer.from('a'), 1)))).toBe('a');
    expect(await textOf(decodeText(inPieces(Buffer.from(''), 1)))).toBe('');
    expect(await textOf(decodeText(inPieces(Buffer.from('\uFEFF'), 1)))).toBe('');
    expect(await decodeHead(inPieces(Buffer.from(''), 1))).toBe('');
  });

  it.each([
    ['a byte that no character has', Buffer.from([0x61, 0x62, 0x63, 0xff]), /UTF-8/],
    ['a character that is cut off', Buffer.from('abcé').subarray(0, 4), /UTF-8/],
    ['half of a surrogate pair', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x61, 0x00]), /UTF-8/],
    ['half of a character of UTF-16', Buffer.from([0xff, 0xfe, 0x61]), /UTF-8/],
    ['U+0000', Buffer.from('abc\0'), /no text has/],
    ['UTF-16 without a mark', Buffer.from('abc', 'utf16le'), /no text has/],
  ])('is refused with %s', async (_, bytes, says) => {
    for (const length of [1, 1000]) expect(await refusal(textOf(decodeText(inPieces(bytes, length))))).toMatch(says);
    expect((await decodeHead(inPieces(bytes, 1))).length).toBeLessThan(10);
  });

  it('has a head however it goes on', async () => {
    const bytes = Buffer.concat([Buffer.from('x'.repeat(65_535)), Buffer.from('🙂'), Buffer.from([0xff])]);
    expect(await decodeHead(inPieces(bytes, 1000))).toHaveLength(65_536);
  });
});

describe('a file that is compressed with gzip', () => {
  const open = async (bytes: Uint8Array, limits = archiveLimits) => {
    const result = await openFile(save(bytes), 'life.json.GZ', limits);
    opened.push(result);
    return result.source.files[0]!;
  };
  const text = `{"format":"lifegraph","notes":"${'é🙂 '.repeat(50_000)}"}`;

  it('is read as what is in it, as often as wanted, whatever its parts', async () => {
    const bytes = Buffer.from(text);
    const file = await open(Buffer.concat([gzipSync(bytes.subarray(0, 70_001)), gzipSync(bytes.subarray(70_001))]));
    expect(file.name).toBe('life.json');
    expect(await file.head()).toBe(text.slice(0, 65_536));
    for (let time = 0; time < 2; time++) expect(await textOf(file.text())).toBe(text);
  });

  it('is refused when its end is missing, or a byte is another', async () => {
    const whole = gzipSync(text);
    for (const length of [2, 3, 10, whole.length - 9, whole.length - 1])
      expect(await refusal(textOf((await open(whole.subarray(0, length))).text()))).toMatch(/damaged/);
    const broken = Buffer.from(whole);
    broken[whole.length - 6]! ^= 1;
    expect(await refusal(textOf((await open(broken)).text()))).toMatch(/damaged/);
  });

  it('is refused when it expands to what no export does, or to an archive', async () => {
    const limits = { ...archiveLimits, ratioFrom: 1000 };
    expect(await refusal(textOf((await open(gzipSync('0'.repeat(5_000_000)), limits)).text()))).toMatch(/200 times/);
    const tight = { ...archiveLimits, memberBytes: 100_000 };
    expect(await refusal(textOf((await open(gzipSync(text), tight)).text()))).toMatch(/more than 100000 bytes/);
    const zip = gzipSync(makeZip([{ name: 'a', data: 'x' }]));
    expect(await refusal(textOf((await open(zip)).text()))).toMatch(/archive within/);
  });
});
