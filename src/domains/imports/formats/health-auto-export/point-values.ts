/** A point of a metric, or the fields of a workout, as the file has them. */
export type Fields = Readonly<Record<string, unknown>>;

/** The number of the first of these fields that has one; NaN when none has. */
export function numberOf(fields: Fields, ...names: readonly string[]): number {
  for (const name of names) {
    const value = fields[name];
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
  }
  return NaN;
}

/** The text of the first of these fields that has one; "" when none has. */
export function textOf(fields: Fields, ...names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
  }
  return '';
}

/** A point as its fields; null when it is no object. */
export const toFields = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
