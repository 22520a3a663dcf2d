/** Kinds that are named one by one; what comes after is summed up. */
const kindsMax = 200;

/** Counts what is left out, to say it once for each kind instead of once for each record. */
export class LeftOut {
  private readonly kinds = new Map<string, number>();

  add(what: string): void {
    const isNamed = this.kinds.has(what) || this.kinds.size < kindsMax;
    const kind = isNamed ? what : 'Other types, which Lifegraph has no metric for';
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
  }

  report(leaveOut: (what: string, records: number) => void): void {
    for (const [what, records] of this.kinds) leaveOut(what, records);
  }
}

/** What says that a type is left out. */
export const hasNoMetric = (type: string): string => `${toWords(type)}, which Lifegraph has no metric for`;

/** A name like EnvironmentalAudioExposure or time_in_daylight, as words: Environmental audio exposure. */
export function toWords(name: string): string {
  const words = name
    .slice(0, 60)
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .trim()
    .split(' ')
    .map((word) => (/^[A-Z0-9]{2,}$/.test(word) ? word : word.toLowerCase()))
    .join(' ');
  return words === '' ? 'A type without a name' : words[0]!.toUpperCase() + words.slice(1);
}
