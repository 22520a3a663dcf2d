import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive, and what the archive says of it. What is not given is as it should be. */
export type ZipMember = {
  name: string | Buffer;
  data?: string | Buffer;
  /** 0: as it is; 8: deflate. */
  method?: number;
  /** Bit 0: encrypted; bit 11: the name is UTF-8. */
  flags?: number;
  /** The upper half is the file type of Unix and its permissions. */
  attributes?: number;
  /** Lies. */
  size?: number;
  crc?: number;
  offset?: number;
  /** Bytes that are no deflate, say. */
  compressed?: Buffer;
  /** Sizes and place stand in a field of 64 bits, as for files of 4 GB. */
  isZip64?: boolean;
};

/** What the end of an archive says of the whole. */
export type ZipEnd = { entries?: number; directoryAt?: number; isZip64?: boolean; comment?: string };

/** Makes an archive (ZIP: PKWARE, APPNOTE 6.3), honest or not. */
export function makeZip(members: readonly ZipMember[], end: ZipEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const member of members) {
    const facts = factsOf(member);
    const local = Buffer.concat([header(facts, null), facts.compressed]);
    directory.push(header(facts, at));
    parts.push(local);
    at += local.length;
  }
  const list = Buffer.concat(directory);
  return Buffer.concat([...parts, list, endOf(members.length, list.length, at, end)]);
}

type Facts = Required<Omit<ZipMember, 'data' | 'offset' | 'name'>> & { name: Buffer; offset: number | undefined };

function factsOf(member: ZipMember): Facts {
  const data = Buffer.from(member.data ?? '');
  const { method = 8, flags = 0x800, attributes = 0o100644 * 65_536, isZip64 = false, offset } = member;
  const compressed = member.compressed ?? (method === 8 ? deflateRawSync(data) : data);
  const { size = data.length, crc = crc32(data) } = member;
  return { name: Buffer.from(member.name), method, flags, attributes, size, crc, compressed, isZip64, offset };
}

/** The header of a member: where it lies, or (with its place) in the directory at the end. */
function header(facts: Facts, at: number | null): Buffer {
  const { name, method, flags, attributes, size, crc, compressed, isZip64, offset } = facts;
  const place = offset ?? at ?? 0;
  const extra = isZip64
    ? Buffer.concat([u16(1), u16(24), u64(size), u64(compressed.length), u64(place)])
    : Buffer.alloc(0);
  const sizes = isZip64 ? [u32(0xffffffff), u32(0xffffffff)] : [u32(compressed.length), u32(size)];
  const common = [u16(45), u16(flags), u16(method), u32(0), u32(crc), ...sizes, u16(name.length), u16(extra.length)];
  if (at === null) return Buffer.concat([u32(0x04034b50), ...common, name, extra]);
  const more = [u16(0), u16(0), u16(0), u32(attributes), isZip64 ? u32(0xffffffff) : u32(place)];
  // 0x31e: made on Unix.
  return Buffer.concat([u32(0x02014b50), u16(0x31e), ...common, ...more, name, extra]);
}

function endOf(count: number, length: number, at: number, end: ZipEnd): Buffer {
  const { entries = count, directoryAt = at, isZip64 = false, comment = '' } = end;
  const tail = [u32(0x06054b50), u16(0), u16(0)];
  const note = [u16(comment.length), Buffer.from(comment)];
  if (!isZip64) return Buffer.concat([...tail, u16(entries), u16(entries), u32(length), u32(directoryAt), ...note]);
  const wide = [u64(44), u16(45), u16(45), u32(0), u32(0), u64(entries), u64(entries), u64(length), u64(directoryAt)];
  const locator = [u32(0x07064b50), u32(0), u64(at + length), u32(1)];
  const narrow = [u16(0xffff), u16(0xffff), u32(0xffffffff), u32(0xffffffff)];
  return Buffer.concat([u32(0x06064b50), ...wide, ...locator, ...tail, ...narrow, ...note]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
