import { readJsonValues, type JsonPath, type JsonPattern, type JsonValue } from '../../json-values.ts';

/** An object of a list, by the fields that were asked for: "levels.summary.deep.minutes". */
export type JsonRecord = { fields: Map<string, unknown>; problem: string | null };

/** Records that are handed over at once. */
const batch = 500;

/**
 * Reads the objects of a JSON document, of each the fields of interest: a night may bring its movements by the half minute, and
 * they are passed over without being held. An object with none of the fields is passed over too.
 * @param place where the objects stand, with "*" for any place of a list
 * @throws BrokenFileError when it is no JSON
 */
export async function* readJsonRecords(
  text: AsyncIterable<string>,
  place: JsonPattern,
  fields: readonly string[],
): AsyncGenerator<JsonRecord[]> {
  const patterns = fields.map((field) => [...place, ...field.split('.')]);
  const gathering = new Gathering(place.length);
  for await (const values of readJsonValues(text, patterns)) {
    for (const value of values) {
      const full = gathering.take(value);
      if (full) yield full;
    }
  }
  yield gathering.rest();
}

/** Puts the fields of a record together; they come one after the other. */
class Gathering {
  private readonly depth: number;
  private place = '';
  private records: JsonRecord[] = [];

  constructor(depth: number) {
    this.depth = depth;
  }

  /** @returns records that are whole, when there are enough of them */
  take({ path, value, problem }: JsonValue): JsonRecord[] | null {
    const place = JSON.stringify(path.slice(0, this.depth));
    const full = place === this.place || this.records.length < batch ? null : this.rest();
    if (place !== this.place) this.records.push({ fields: new Map(), problem: null });
    this.place = place;
    const record = this.records.at(-1)!;
    record.fields.set(nameOf(path, this.depth), value);
    record.problem ??= problem;
    return full;
  }

  rest(): JsonRecord[] {
    const { records } = this;
    this.records = [];
    return records;
  }
}

const nameOf = (path: JsonPath, depth: number): string => path.slice(depth).join('.');
