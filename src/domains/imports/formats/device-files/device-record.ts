/** A record of any file: a line of a table, or an object in a list of JSON. */
export type DeviceRecord = {
  /** Its place in the whole upload. */
  row: number;
  /** What stands in a field: a text from a table, any value from JSON; null or undefined when nothing does. */
  get: (field: string) => unknown;
};

const numberShape = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;

/** A field as text, without blanks around it; null when there is none. */
export function textOf(record: DeviceRecord, field: string): string | null {
  const value = record.get(field);
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  return text === '' ? null : text;
}

/** A field as a number; null when nothing stands there, NaN when it is something else. */
export function numberOf(record: DeviceRecord, field: string): number | null {
  const value = record.get(field) ?? null;
  if (value === null || (typeof value === 'string' && value.trim() === '')) return null;
  const isNumber = typeof value === 'number' || (typeof value === 'string' && numberShape.test(value.trim()));
  const number = isNumber ? Number(value) : NaN;
  return Number.isFinite(number) ? number : NaN;
}

/** An amount as a number: null when nothing stands there, NaN when it is less than nothing, or no number. */
export function amountOf(record: DeviceRecord, field: string): number | null {
  const number = numberOf(record, field);
  return number !== null && number < 0 ? NaN : number;
}
