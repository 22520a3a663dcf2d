import { open, type FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createGunzip, createInflateRaw } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { archiveLimits, listMembers, memberTooLarge, type ArchiveLimits, type Member } from './archive-members.ts';
import { BrokenFileError } from './broken-file.ts';
import { decodeHead, decodeText } from './file-text.ts';
import type { Source, SourceFile } from './format.ts';

/** An upload that lies on disk. Its files may be read in any order, any number of times, until it is closed. */
export type OpenSource = { source: Source; close: () => Promise<void> };

/** Bytes that are read, or expanded, at once. */
const chunkBytes = 64 * 1024;

/**
 * Opens an archive (ZIP, also ZIP64). Nothing of it is unpacked to disk, and archives within it are not opened.
 * @throws BrokenFileError when it is damaged, or is what no program exports
 */
export async function openArchive(path: string, limits: ArchiveLimits = archiveLimits): Promise<OpenSource> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const zip = await translate(openZip(handle, size));
    const budget = new Budget(limits);
    const files = (await translate(listMembers(zip, limits))).map((member) => ({
      name: member.name,
      // Heads are short, and every format may look at them: they are not counted.
      head: () => translate(decodeHead(expand(handle, zip, member, new Budget(limits)))),
      text: () => translateAll(decodeText(withoutArchive(expand(handle, zip, member, budget)))),
    }));
    return { source: { isArchive: true, files }, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens a file that is no archive; one that is compressed with gzip as what is in it. @param name what the client calls it, or "" */
export async function openFile(path: string, name: string, limits: ArchiveLimits = archiveLimits): Promise<OpenSource> {
  const handle = await open(path);
  const isCompressed = beginsGzip(await readBeginning(handle));
  const budget = new Budget(limits);
  const bytes = (spent: Budget) => (isCompressed ? gunzip(handle, spent) : readBytes(handle, 0, Infinity));
  const file: SourceFile = {
    name: isCompressed ? name.replace(/\.gz$/i, '') : name,
    head: () => translate(decodeHead(bytes(new Budget(limits)))),
    text: () => translateAll(decodeText(bytes(budget))),
  };
  return { source: { isArchive: false, files: [file] }, close: () => handle.close() };
}

/** Whether a file begins as a ZIP does, also an empty one. */
export async function isArchive(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    return beginsArchive(await readBeginning(handle));
  } finally {
    await handle.close();
  }
}

/** The first four bytes of a file, with zeros in the place of those it does not have. */
const readBeginning = async (handle: FileHandle): Promise<Uint8Array> =>
  (await handle.read(Buffer.alloc(4), 0, 4, 0)).buffer;

const beginsGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const beginsArchive = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6));

async function* withoutArchive(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst && beginsArchive(chunk))
      throw new BrokenFileError('The file is an archive within the archive. Unpack it, and upload what is in it.');
    isFirst = false;
    yield chunk;
  }
}

/** Reads from a file, and says so when an archive names a place that is not in it: reading there would throw past all who wait. */
class HandleReader extends yauzl.RandomAccessReader {
  private readonly handle: FileHandle;
  private readonly size: number;

  constructor(handle: FileHandle, size: number) {
    super();
    this.handle = handle;
    this.size = size;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (!(position >= 0 && position + length <= this.size)) {
      setImmediate(callback, new Error('unexpected EOF'));
      return;
    }
    this.handle.read(buffer, offset, length, position).then(
      ({ bytesRead }) => callback(null, bytesRead),
      (error) => callback(error),
    );
  }
}

function openZip(handle: FileHandle, size: number): Promise<ZipFile> {
  // The handle is closed by its owner. Names are looked at here, with sentences for people.
  const options = { autoClose: false, lazyEntries: true, decodeStrings: false };
  return yauzl.fromRandomAccessReaderPromise(new HandleReader(handle, size), size, options);
}

/** The bytes of a member, checked against all that the archive says of them. */
async function* expand(
  handle: FileHandle,
  zip: ZipFile,
  { entry }: Member,
  budget: Budget,
): AsyncGenerator<Uint8Array> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const compressed = readBytes(handle, fileDataStart, fileDataStart + entry.compressedSize);
  let size = 0;
  let sum = 0;
  for await (const chunk of entry.compressionMethod === 0 ? compressed : inflate(compressed)) {
    size += chunk.byteLength;
    budget.spend(entry, size, chunk.byteLength);
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (size !== entry.uncompressedSize || sum !== entry.crc32) throw new BrokenFileError(damaged);
}

/** The bytes that a file is compressed from; zlib checks their sum. */
async function* gunzip(handle: FileHandle, budget: Budget): AsyncGenerator<Uint8Array> {
  const { size: compressedSize } = await handle.stat();
  const said = { compressedSize, uncompressedSize: Infinity };
  const expanded = pipeline(
    Readable.from(readBytes(handle, 0, Infinity)),
    createGunzip({ chunkSize: chunkBytes }),
    () => {},
  );
  let size = 0;
  for await (const chunk of withoutArchive(expanded)) {
    size += chunk.byteLength;
    budget.spend(said, size, chunk.byteLength);
    yield chunk;
  }
}

function inflate(bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  // What goes wrong is thrown to who reads, and who stops reading ends the source.
  return pipeline(Readable.from(bytes), createInflateRaw({ chunkSize: chunkBytes }), () => {});
}

async function* readBytes(handle: FileHandle, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to;) {
    const length = Math.min(chunkBytes, to - at);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** What may still be read of an archive. */
class Budget {
  private readonly limits: ArchiveLimits;
  private total = 0;

  constructor(limits: ArchiveLimits) {
    this.limits = limits;
  }

  /** @param size what the member has come to @param more how much of it is new */
  spend(
    { compressedSize, uncompressedSize }: Pick<Entry, 'compressedSize' | 'uncompressedSize'>,
    size: number,
    more: number,
  ): void {
    const { memberBytes, totalBytes, ratio, ratioFrom } = this.limits;
    this.total += more;
    if (size > memberBytes) throw new BrokenFileError(memberTooLarge(memberBytes));
    if (this.total > totalBytes) throw new BrokenFileError(`The archive holds more than ${totalBytes} bytes.`);
    if (size > ratioFrom && size > compressedSize * ratio)
      throw new BrokenFileError(`The archive has a file that expands to more than ${ratio} times its size.`);
    if (size > uncompressedSize) throw new BrokenFileError(damaged);
  }
}

const damaged = 'The archive is damaged, or its end is missing. Export it again, and upload it as it is.';

async function translate<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw toBrokenFile(error);
  }
}

async function* translateAll(texts: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* texts;
  } catch (error) {
    throw toBrokenFile(error);
  }
}

/** What yauzl and zlib say of an archive is a plain Error. What the disk says names a system call, and is no fault of the file. */
function toBrokenFile(error: unknown): unknown {
  const isOfFile = error instanceof Error && error.constructor === Error && !('syscall' in error);
  return isOfFile ? new BrokenFileError(damaged) : error;
}
