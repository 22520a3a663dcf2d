import { drawAutoregressive, drawNormal, seedUniform } from '../../test/analysis/noise.ts';

/** Draws one metric of so many days; `place` is its number among the person's metrics. */
type Draw = (days: number, uniform: () => number, place: number) => Float64Array;

export const METRICS = 8;
/** Index 0 of every series is this day: Monday, 2024-01-01. */
export const FIRST_DAY = 19_723;
const SUNDAY = 6;
const YEAR = 365.25;

const bend =
  (phi: number, shape: (z: number) => number): Draw =>
  (days, uniform) =>
    drawAutoregressive(days, phi, uniform).map(shape);
const plain = (phi: number): Draw => bend(phi, (z) => z);
const rate = (z: number) => Math.max(1, Math.min(5, Math.round(3 + z)));

/** Each day's value is kept with this probability. */
const thin =
  (draw: Draw, kept: number): Draw =>
  (days, uniform, place) =>
    draw(days, uniform, place).map((x) => (uniform() < kept ? x : Number.NaN));

/** Holidays of two to six weeks, one in 150 days, on which nothing is kept. */
const withHolidays =
  (draw: Draw): Draw =>
  (days, uniform, place) => {
    const values = draw(days, uniform, place);
    for (let i = 0; i < Math.max(1, days / 150); i++) {
      const start = Math.floor(uniform() * days);
      const length = Math.min(days / 3, 14 + Math.floor(29 * uniform()));
      values.fill(Number.NaN, start, start + length);
    }
    return values;
  };

/** A dip of one to three standard deviations every Sunday. */
const sundays: Draw = (days, uniform) => {
  const dip = 1 + 2 * uniform();
  return drawAutoregressive(days, 0.3, uniform).map((z, day) => (day % 7 === SUNDAY ? z - dip : z));
};

/** A line that rises by one to four standard deviations of itself. */
const rising: Draw = (days, uniform) => {
  const rise = Math.sqrt(12) * (1 + 3 * uniform());
  return drawAutoregressive(days, 0.3, uniform).map((z, day) => z + (rise * day) / days);
};

/** A season of the year of its own height and phase, with a wave of half a year up to `second` times as high. */
const yearly =
  (second: number): Draw =>
  (days, uniform) => {
    const height = Math.SQRT2 * (0.7 + uniform());
    const [phase, secondPhase] = [2 * Math.PI * uniform(), 2 * Math.PI * uniform()];
    const share = second * uniform();
    const season = (angle: number) => Math.cos(angle + phase) + share * Math.cos(2 * angle + secondPhase);
    return drawAutoregressive(days, 0.3, uniform).map((z, day) => z + height * season((2 * Math.PI * day) / YEAR));
  };

/** A level that jumps somewhere else every 40 days. */
const shifting: Draw = (days, uniform) => {
  let level = drawNormal(uniform);
  return drawAutoregressive(days, 0.3, uniform).map((z) => {
    if (uniform() < 1 / 40) level = 1.5 * drawNormal(uniform);
    return z + level;
  });
};

/** A slow state of mind, φ = 0.95, beneath white noise: what no AR(1) process is. */
const slowState: Draw = (days, uniform) => {
  const slow = drawAutoregressive(days, 0.95, uniform);
  return drawAutoregressive(days, 0, uniform).map((z, day) => 0.8 * z + 0.6 * slow[day]!);
};

const kinds: Draw[] = [
  plain(0),
  bend(0.6, rate),
  bend(0.3, (z) => Number(z > 1)),
  bend(0.6, Math.exp),
  sundays,
  rising,
  shifting,
  withHolidays(plain(0.8)),
];
const mixed: Draw = (days, uniform, place) => kinds[place % kinds.length]!(days, uniform, place);

/** Metrics that have nothing to do with each other. */
export const noise = {
  white: plain(0),
  'AR(1) φ = 0.3': plain(0.3),
  'AR(1) φ = 0.6': plain(0.6),
  'AR(1) φ = 0.8': plain(0.8),
  'AR(1) φ = 0.95': plain(0.95),
  'φ = 0.6, 40 % of days missing': thin(plain(0.6), 0.6),
  'φ = 0.6, holidays of 2–6 weeks': withHolidays(plain(0.6)),
  'once a week or so, φ = 0.8': thin(plain(0.8), 0.2),
  'dips on Sundays, φ = 0.3': sundays,
  'rising lines, φ = 0.3': rising,
  'yearly seasons, φ = 0.3': yearly(0),
  'seasons of two waves, φ = 0.3': yearly(0.5),
  'level shifts, φ = 0.3': shifting,
  'slow state beneath white noise': slowState,
  'ratings 1–5, φ = 0.6': bend(0.6, rate),
  'yes/no, 16 % yes, φ = 0.6': bend(0.6, (z) => Number(z > 1)),
  'yes/no, 5 % yes, φ = 0.3': bend(0.3, (z) => Number(z > 1.645)),
  'log-normal, φ = 0.6': bend(0.6, Math.exp),
  'cubed normal, φ = 0.3': bend(0.3, (z) => z ** 3),
  'all of these mixed, 10 % missing': thin(mixed, 0.9),
} satisfies Record<string, Draw>;
export type Noise = keyof typeof noise;

/** A person of eight unrelated metrics, the same one for the same seed. */
export function drawPerson(kind: Noise, days: number, seed: number): Float64Array[] {
  const uniform = seedUniform(7919 * seed + 13);
  return Array.from({ length: METRICS }, (_, place) => noise[kind](days, uniform, place));
}

/**
 * What a driver does to an outcome one day later: `r` is the correlation, the driver is AR(1) with `driverPhi`, what
 * else moves the outcome AR(1) with `noisePhi`; `hasCalendar` gives every metric Sunday dips and a trend of its own.
 * With `lasting` the outcome passes on what it got, φ = `noisePhi`, instead of having noise of that φ.
 */
export type Planted = { r: number; driverPhi: number; noisePhi: number; hasCalendar?: boolean; lasting?: boolean };

/** The driver, the outcome and six unrelated metrics. */
export function plantEffect(planted: Planted, days: number, seed: number): Float64Array[] {
  const uniform = seedUniform(104_729 * seed + 7);
  const driver = drawAutoregressive(days + 1, planted.driverPhi, uniform);
  const outcome = planted.lasting
    ? drawLasting(planted, driver, uniform)
    : drawAutoregressive(days + 1, planted.noisePhi, uniform).map(
        (z, day) => planted.r * (driver[day - 1] ?? 0) + Math.sqrt(1 - planted.r ** 2) * z,
      );
  const others = Array.from({ length: METRICS - 2 }, (_, i) => drawAutoregressive(days, i % 2 ? 0.3 : 0.6, uniform));
  const person = [driver.slice(1), outcome.slice(1), ...others];
  return planted.hasCalendar ? person.map((values) => addCalendar(values, uniform)) : person;
}

function drawLasting({ r, noisePhi }: Planted, driver: Float64Array, uniform: () => number): Float64Array {
  let value = 0;
  return driver.map((_, day) => {
    value = noisePhi * value + r * (driver[day - 1] ?? 0) + Math.sqrt(1 - r ** 2) * drawNormal(uniform);
    return value;
  });
}

function addCalendar(values: Float64Array, uniform: () => number): Float64Array {
  const [dip, rise] = [1 + 2 * uniform(), Math.sqrt(12) * (2 * uniform() - 0.5)];
  return values.map((z, day) => z - (day % 7 === SUNDAY ? dip : 0) + (rise * day) / values.length);
}
