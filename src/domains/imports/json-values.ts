import { pipeline, Readable } from 'node:stream';
import { parser, type Token } from 'stream-json/parser.js';
import { BrokenFileError } from './broken-file.ts';
import { JsonItem } from './json-item.ts';

/** Where a value stands: keys of objects, and places in lists from 0. */
export type JsonPath = readonly (string | number)[];

/** Where values of interest stand: a key, or "*" for any key and any place of a list. */
export type JsonPattern = readonly string[];

/** A value of interest. `problem` says why it could not be held; its value is nothing then. */
export type JsonValue = { path: JsonPath; value: unknown; problem: string | null };

/** Keys, texts and numbers come in pieces: packed ones would be held in memory however long they are. */
const options = { packValues: false, streamValues: true };
const depthMax = 100;
const keyMax = 1000;

/** Values that are handed on at once. */
const batch = 500;

/**
 * Reads the values of a JSON document that stand at certain places, in their order and in batches, each as a whole; all else is passed
 * over without being held. The document is read no faster than the batches are asked for, and no further.
 * @throws BrokenFileError when it is no JSON
 */
export async function* readJsonValues(
  text: AsyncIterable<string>,
  patterns: readonly JsonPattern[],
): AsyncGenerator<JsonValue[]> {
  const document = new JsonDocument(patterns);
  // What goes wrong is thrown to who reads, and who stops reading ends the source.
  const tokens: AsyncIterable<Token> = pipeline(Readable.from(text), parser.asStream(options), () => {});
  let values: JsonValue[] = [];
  try {
    for await (const token of tokens) {
      const value = document.take(token);
      if (value && values.push(value) >= batch) {
        yield values;
        values = [];
      }
    }
  } catch (error) {
    throw isSyntaxError(error) ? new BrokenFileError('The file is not JSON, or its end is missing.') : error;
  }
  yield values;
}

/** The parser throws plain errors, whose messages begin so. */
const isSyntaxError = (error: unknown): boolean => error instanceof Error && /^Parser (cannot|has)/.test(error.message);

type Place = { isList: boolean; index: number; key: string };

/** Follows where in the document a token stands, and puts the values of interest together. */
class JsonDocument {
  private readonly patterns: readonly JsonPattern[];
  private readonly places: Place[] = [];
  private item: JsonItem | null = null;

  constructor(patterns: readonly JsonPattern[]) {
    this.patterns = patterns;
  }

  /** @returns a value of interest, with the token that completes it */
  take(token: Token): JsonValue | null {
    if (this.item) return this.continueItem(token);
    if (begins.has(token.name)) return this.beginValue(token);
    const place = this.places.at(-1);
    if (token.name === 'endObject' || token.name === 'endArray') this.places.pop();
    else if (token.name === 'startKey') place!.key = '';
    else if (token.name === 'stringChunk' && place && !place.isList && place.key.length < keyMax)
      place.key += token.value;
    return null;
  }

  private beginValue(token: Token): JsonValue | null {
    const place = this.places.at(-1);
    if (place?.isList) place.index++;
    if (this.patterns.some((pattern) => this.isAt(pattern))) {
      this.item = new JsonItem();
      return this.continueItem(token);
    }
    if (token.name === 'startObject' || token.name === 'startArray') this.open(token.name === 'startArray');
    return null;
  }

  private open(isList: boolean): void {
    if (this.places.length >= depthMax) throw new BrokenFileError('The file is nested too deeply.');
    this.places.push({ isList, index: -1, key: '' });
  }

  private isAt(pattern: JsonPattern): boolean {
    const { places } = this;
    return (
      pattern.length === places.length &&
      pattern.every((part, depth) => part === '*' || part === (places[depth]!.isList ? null : places[depth]!.key))
    );
  }

  private continueItem(token: Token): JsonValue | null {
    const item = this.item!;
    item.take(token);
    if (!item.isDone) return null;
    this.item = null;
    const path = this.places.map(({ isList, index, key }) => (isList ? index : key));
    return { path, value: item.problem ? null : item.value, problem: item.problem };
  }
}

const begins = new Set([
  'startObject',
  'startArray',
  'startString',
  'startNumber',
  'nullValue',
  'trueValue',
  'falseValue',
]);
