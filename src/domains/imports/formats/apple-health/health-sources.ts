/** Characters of a device's name. */
const nameMax = 60;

/** Names that are remembered at once; nobody has as many apps. */
const namesMax = 5000;

/** Who has written a record: a device or an app. */
export type HealthSource = { id: number; device: string | null };

/** The devices and apps of a file, each looked at once. */
export class HealthSources {
  private readonly sources = new Map<string, HealthSource>();
  private latestName = '';
  private latest: HealthSource = { id: 0, device: null };
  private count = 0;

  /** @param name as the file has it; "" when it does not say */
  find(name: string): HealthSource {
    if (name === this.latestName) return this.latest;
    let source = this.sources.get(name);
    if (!source) {
      // A name that is met again after this counts as another one: a copy of its records may then not be found.
      if (this.sources.size >= namesMax) this.sources.clear();
      source = { id: ++this.count, device: toDevice(name) };
      this.sources.set(ownText(name), source);
    }
    this.latestName = name;
    this.latest = source;
    return source;
  }
}

/**
 * The name of a device as people know it. A memory address, as in `<<HKDevice: 0x2819b5e00>, name:Apple Watch>`, is another one
 * in every export, and is taken out.
 */
export function toDevice(name: string): string | null {
  const [, inner = name] = /HKDevice:.*?\bname:([^,>]+)/.exec(name) ?? [];
  const text = inner
    .replace(/<*HKDevice:|\b0x[0-9a-f]{4,16}\b/gi, ' ')
    .replace(/[<>\p{Cc}]/gu, ' ')
    // "Anna’s Apple Watch" is written with a space that does not break, or without.
    .replace(/\s+/g, ' ')
    .trim();
  // The cut may go through a pair of surrogates.
  const short = text.slice(0, nameMax).replace(/[\ud800-\udbff]$/, '');
  return ownText(short.trim()) || null;
}

/** The same text, which does not keep alive the much longer one that it was cut out of. */
const ownText = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');
