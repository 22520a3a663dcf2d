import { hasNoMetric } from './left-out.ts';
import { findQuantity, type Quantity } from './quantities.ts';
import { converterOf, type Convert } from './units.ts';

/** Types that are remembered at once; HealthKit has some two hundred. */
const typesMax = 2000;

/** What is done with the records of a type; NONE: nothing, they are left out. */
export type RecordKind = 'QUANTITY' | 'SLEEP' | 'MINDFUL' | 'STAND' | 'NONE';

/** A type of record, and what has been found out about it. */
export class RecordType {
  readonly id: number;
  readonly kind: RecordKind;
  readonly quantity: Quantity | null;
  /** What says that it is left out. */
  readonly leftOut: string;
  /** The number of its metric, once it is needed. */
  metric: number | null = null;
  private unit: string | null = null;
  private convert: Convert | null = null;

  constructor(id: number, name: string) {
    this.id = id;
    this.quantity = name.startsWith(quantityPrefix) ? findQuantity(name.slice(quantityPrefix.length)) : null;
    this.kind = this.quantity ? 'QUANTITY' : (categories.get(name) ?? 'NONE');
    this.leftOut = hasNoMetric(name.replace(/^HK(Quantity|Category|Data)TypeIdentifier|^HK/, ''));
  }

  /** How values in this unit are read; null when the unit does not fit. All records of a type mostly have the same. */
  converter(unit: string): Convert | null {
    if (unit === this.unit) return this.convert;
    this.convert = this.quantity ? converterOf(this.quantity.dimension, unit) : null;
    this.unit = unit;
    return this.convert;
  }
}

const quantityPrefix = 'HKQuantityTypeIdentifier';
const categories = new Map<string, RecordKind>([
  ['HKCategoryTypeIdentifierSleepAnalysis', 'SLEEP'],
  ['HKCategoryTypeIdentifierMindfulSession', 'MINDFUL'],
  ['HKCategoryTypeIdentifierAppleStandHour', 'STAND'],
]);

/** The types of a file, each looked at once. */
export class RecordTypes {
  private readonly types = new Map<string, RecordType>();
  private latestName = '';
  private latest: RecordType | null = null;
  private count = 0;

  find(name: string): RecordType {
    if (name === this.latestName) return this.latest!;
    let type = this.types.get(name);
    if (!type) {
      if (this.types.size >= typesMax) this.types.clear();
      type = new RecordType(++this.count, name);
      this.types.set(name, type);
    }
    this.latestName = name;
    this.latest = type;
    return type;
  }
}
