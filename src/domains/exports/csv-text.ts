/**
 * How text stands in a cell of a CSV of ours: written by the export, read by the import.
 *
 * A spreadsheet takes a cell that begins with = + - @ TAB or CR for a formula, and runs it. Such a text gets an
 * apostrophe in front. So does one that has apostrophes and then one of these already: taking one away again then always
 * gives the text that was.
 */
const dangerous = /^'*[=+\-@\t\r]/;
const protectedCell = /^'+[=+\-@\t\r]/;

/** The text as it may stand in a cell. */
export const protectText = (text: string): string => (dangerous.test(text) ? `'${text}` : text);

/** The text that a cell stands for. */
export const restoreText = (cell: string): string => (protectedCell.test(cell) ? cell.slice(1) : cell);

/** Tags in one cell: joined by semicolons, or as a JSON array when that would not be clear. */
export function joinTags(tags: readonly string[]): string {
  const isClear = !tags.some((tag) => tag.includes(';')) && !tags[0]?.startsWith('[');
  return isClear ? tags.join(';') : JSON.stringify(tags);
}

/** The tags that a cell stands for. */
export function splitTags(cell: string): string[] {
  return (
    readList(cell) ??
    cell
      .split(';')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '')
  );
}

function readList(cell: string): string[] | null {
  if (!cell.startsWith('[')) return null;
  try {
    const list: unknown = JSON.parse(cell);
    return Array.isArray(list) && list.every((tag) => typeof tag === 'string') ? list : null;
  } catch {
    // A tag may begin with a bracket without being a list.
    return null;
  }
}
