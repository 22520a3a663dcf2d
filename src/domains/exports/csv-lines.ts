import { stringify } from 'csv-stringify/sync';
import { toShownValue, type MetricConfig, type StoredValue } from '../metrics/rules.ts';
import { protectText } from './csv-text.ts';

/** Rows as lines. A lone CR ends a line for many readers, and the library would leave it bare. */
export const toLines = (rows: string[][]): string => stringify(rows, { quoted_match: /[\r\n]/ });

/** Numbers stay plain, the minus of a negative one too: what is nothing but a number is no formula. */
export function toValueCell(type: string, stored: StoredValue): string {
  const value = toShownValue(type as MetricConfig['type'], stored);
  return typeof value === 'string' ? protectText(value) : String(value);
}

const special = /[",\r\n]/;

/** A cell as it stands in a line: in quotes when it must be, as toLines has it. */
export const quoteCell = (text: string): string => (special.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
