/** Bytes that are kept for what is written next. */
const keptBytes = 1024 * 1024;
/** Texts longer than this are left to native code, which takes its time to begin, and then less for a character. */
const shortMax = 64;

const quote = 0x22;
const backslash = 0x5c;
const space = 0x20;
const tilde = 0x7e;

/** JSON written as UTF-8, one part behind the other, without texts in between. */
export class JsonBytes {
  protected bytes = Buffer.allocUnsafeSlow(keptBytes);
  protected filled = 0;

  /** Bytes written. */
  get length(): number {
    return this.filled;
  }

  /** Begins anew. */
  clear(): void {
    this.filled = 0;
    if (this.bytes.length > keptBytes) this.bytes = Buffer.allocUnsafeSlow(keptBytes);
  }

  /** Takes back what was written behind a place. */
  truncate(length: number): void {
    this.filled = length;
  }

  /** A copy of everything written. */
  read(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.filled));
  }

  /** Writes what is JSON already. */
  writeRaw(raw: Uint8Array): void {
    const { length } = raw;
    this.reserve(length);
    const { bytes, filled } = this;
    for (let i = 0; i < length; i += 1) bytes[filled + i] = raw[i]!;
    this.filled = filled + length;
  }

  /**
   * Writes what JSON.stringify makes of a value.
   * @returns false when that is nothing
   */
  write(value: unknown): boolean {
    if (typeof value === 'string' && value.length <= shortMax && this.writeShort(value)) return true;
    if (Number.isFinite(value) || value === null || typeof value === 'boolean') return this.writeAscii(String(value));
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) return false;
    // At most three bytes for each unit of UTF-16.
    this.reserve(3 * text.length);
    this.filled += this.bytes.write(text, this.filled);
    return true;
  }

  /** Writes what is JSON already, and plain ASCII. */
  private writeAscii(text: string): true {
    const { length } = text;
    this.reserve(length);
    for (let i = 0; i < length; i += 1) this.bytes[this.filled + i] = text.charCodeAt(i);
    this.filled += length;
    return true;
  }

  /** A text that JSON and UTF-8 leave as it is: most are, and for short ones a call of native code takes longer. */
  private writeShort(text: string): boolean {
    const { length } = text;
    this.reserve(length + 2);
    const { bytes } = this;
    let at = this.filled;
    bytes[at++] = quote;
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      if (code < space || code > tilde || code === quote || code === backslash) return false;
      bytes[at++] = code;
    }
    bytes[at++] = quote;
    this.filled = at;
    return true;
  }

  /** Makes sure of room for so many bytes. */
  protected reserve(length: number): void {
    if (this.filled + length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.filled + length));
    this.bytes.copy(larger, 0, 0, this.filled);
    this.bytes = larger;
  }
}
