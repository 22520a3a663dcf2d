import { readJsonValues, type JsonPattern, type JsonValue } from '../../json-values.ts';

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
    await readJsonValues(text, patterns, async (value) => {
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
