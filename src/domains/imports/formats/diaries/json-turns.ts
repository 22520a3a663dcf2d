import { readJsonValues, type JsonPattern, type JsonValue } from '../../json-values.ts';
import { unmarked } from './records.ts';

/** Values that are handed on at once. */
const turn = 500;

/**
 * The values of a JSON document that stand at certain places, in batches: what readJsonValues gives to a function, for those who
 * go through it in a loop. The document is read no faster than the loop goes; leaving the loop ends the reading.
 * @throws BrokenFileError when it is no JSON
 */
export async function* readJsonInTurns(
  text: AsyncIterable<string>,
  patterns: readonly JsonPattern[],
): AsyncGenerator<JsonValue[]> {
  const { readable, writable } = new TransformStream<JsonValue[], JsonValue[]>();
  const writer = writable.getWriter();
  const read = async () => {
    let values: JsonValue[] = [];
    await readJsonValues(unmarked(text), patterns, async (value) => {
      values.push(value);
      if (values.length < turn) return;
      await writer.write(values);
      values = [];
    });
    await writer.write(values);
    await writer.close();
  };
  // What goes wrong arrives in the loop; who has left it does not ask any more.
  const ended = read().catch((error: unknown) => writer.abort(error).catch(() => undefined));
  yield* readable;
  await ended;
}

/**
 * Where keys stand in the beginning of a JSON document, as far down as `depth`: "results.*.name", a place in a list being "*".
 * The beginning may break off anywhere; of what is no JSON nothing sensible comes out.
 */
export function findJsonPaths(head: string, depth: number): Set<string> {
  const paths = new Set<string>();
  const places: string[] = [];
  for (const { 0: token, index } of head.matchAll(tokens)) {
    if (token === '{' || token === '[') places.push(token === '[' ? '*' : '');
    else if (token === '}' || token === ']') places.pop();
    else if (
      places.length > 0 &&
      places.length <= depth &&
      places.at(-1) !== '*' &&
      isKey(head, index + token.length)
    ) {
      places[places.length - 1] = token.slice(1, -1);
      paths.add(places.join('.'));
    }
  }
  return paths;
}

/** Texts and brackets. A text that breaks off is one too, or each quotation mark in it would be tried as the beginning of another. */
const tokens = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[[\]{}]/gs;

const isKey = (head: string, end: number): boolean => /^\s{0,20}:/.test(head.slice(end, end + 21));
