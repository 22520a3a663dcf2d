/** From what a file's number is written in to what a metric takes. */
export type Convert = (value: number) => number;

export type Dimension = keyof typeof factors | 'percent' | 'temperature' | 'glucose' | 'oxygenUptake';

/**
 * What a number is multiplied by, by its unit as HealthKit spells it (HKUnit, `unitString`). The imperial units are exact by definition
 * (international yard and pound, 1959; gallons of the US and of the UK); a calorie is 4.184 J, as HealthKit has it.
 */
const factors = {
  count: { count: 1, steps: 1 },
  rate: { 'count/min': 1, 'count/s': 60, bpm: 1, 'breaths/min': 1 },
  /** km */
  distance: { km: 1, m: 1e-3, cm: 1e-5, mi: 1.609344, ft: 0.3048e-3, yd: 0.9144e-3 },
  /** kcal; "Cal" is a kilocalorie, "cal" is none. */
  energy: { kcal: 1, Cal: 1, cal: 1e-3, kJ: 1 / 4.184, J: 1 / 4184 },
  /** s */
  duration: { s: 1, sec: 1, ms: 1e-3, min: 60, hr: 3600, h: 3600, d: 86_400 },
  milliseconds: { ms: 1, s: 1000 },
  /** kg */
  mass: { kg: 1, g: 1e-3, mg: 1e-6, lb: 0.45359237, oz: 0.45359237 / 16, st: 6.35029318 },
  /** g */
  food: { g: 1, mg: 1e-3, mcg: 1e-6, kg: 1000, oz: 453.59237 / 16, lb: 453.59237 },
  /** mg */
  traces: { mg: 1, g: 1000, mcg: 1e-3 },
  /** ml */
  volume: {
    mL: 1,
    ml: 1,
    cL: 10,
    dL: 100,
    L: 1000,
    l: 1000,
    fl_oz_us: 29.5735295625,
    fl_oz_imp: 28.4130625,
    cup_us: 236.5882365,
    cup_imp: 284.130625,
    pt_us: 473.176473,
    pt_imp: 568.26125,
  },
  /** mmHg of 133.322387415 Pa */
  pressure: { mmHg: 1, kPa: 1000 / 133.322387415 },
  /** cm */
  length: { cm: 1, m: 100, mm: 0.1, in: 2.54, ft: 30.48 },
} as const;

/** How numbers in this unit become what the metric takes; null when the unit says nothing of the kind. */
export function converterOf(dimension: Dimension, unit: string): Convert | null {
  if (dimension === 'percent') return unit === '%' ? toPercent : null;
  if (dimension === 'temperature') return temperatures[unit] ?? null;
  if (dimension === 'glucose') return toGlucose(unit);
  if (dimension === 'oxygenUptake') return oxygenUptake.test(unit) ? same : null;
  const known: Readonly<Record<string, number>> = factors[dimension];
  const factor = Object.hasOwn(known, unit) ? known[unit]! : null;
  if (factor === null) return null;
  return factor === 1 ? same : (value) => value * factor;
}

const same: Convert = (value) => value;

/**
 * A per cent of HealthKit is a fraction: 0.97 with the unit "%". What is above 1 has been multiplied already; nobody lives with
 * a single per cent of oxygen or of fat.
 */
const toPercent: Convert = (value) => (value <= 1 ? Number((value * 100).toPrecision(12)) : value);

const temperatures: Readonly<Record<string, Convert>> = {
  degC: same,
  '°C': same,
  degF: (value) => ((value - 32) * 5) / 9,
  '°F': (value) => ((value - 32) * 5) / 9,
  K: (value) => value - 273.15,
};

/** HealthKit writes the molar mass into the unit: mmol<180.1558800000541>/L. A litre has ten decilitres. */
function toGlucose(unit: string): Convert | null {
  if (unit === 'mg/dL') return same;
  const [, mass = '180.1558800000541'] = /^mmol(?:<(\d{3}(?:\.\d+)?)>)?\/L$/.exec(unit) ?? [];
  return unit.startsWith('mmol') && unit.endsWith('/L') ? (value) => (value * Number(mass)) / 10 : null;
}

/** "mL/min·kg" of HealthKit, and other ways to write it. */
const oxygenUptake = /^ml\/\(?(min[·*/.]kg|kg[·*/.]min)\)?$/i;
