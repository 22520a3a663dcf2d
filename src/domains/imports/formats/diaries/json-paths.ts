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
