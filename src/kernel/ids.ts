import { createHash } from 'node:crypto';
import { uuidv7 } from 'uuidv7';

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A new UUIDv7: time-ordered, so that new rows land together at the end of an index. */
export const newId = (): string => uuidv7();

/** Whether the text is a UUID in its canonical lower-case form. */
export const isId = (text: string): boolean => uuidShape.test(text);

/** A UUID (version 8, RFC 9562) that is a function of its parts: the same parts always give the same id. */
export function deriveId(...parts: string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
