/** AssemblyScript, not TypeScript: see ../instance.ts. Sums of doubles for eight columns or lags at once. */

/**
 * Σ xₜyₜ for eight y side by side.
 * @param x f64, one a day
 * @param rows eight f64 a day, those of the next day `step` bytes further on; need not be aligned
 * @param out gets the eight sums
 */
export function sumProductLanes(x: usize, rows: usize, step: usize, days: i32, out: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let e = f64x2.splat(0);
  let f = f64x2.splat(0);
  let g = f64x2.splat(0);
  let h = f64x2.splat(0);
  const end = x + ((<usize>(days & ~1)) << 3);
  for (; x < end; x += 16) {
    const first = v128.load64_splat(x);
    a = f64x2.add(a, f64x2.mul(first, v128.load(rows)));
    b = f64x2.add(b, f64x2.mul(first, v128.load(rows, 16)));
    c = f64x2.add(c, f64x2.mul(first, v128.load(rows, 32)));
    d = f64x2.add(d, f64x2.mul(first, v128.load(rows, 48)));
    const second = v128.load64_splat(x, 8);
    rows += step;
    e = f64x2.add(e, f64x2.mul(second, v128.load(rows)));
    f = f64x2.add(f, f64x2.mul(second, v128.load(rows, 16)));
    g = f64x2.add(g, f64x2.mul(second, v128.load(rows, 32)));
    h = f64x2.add(h, f64x2.mul(second, v128.load(rows, 48)));
    rows += step;
  }
  if (days & 1) {
    const last = v128.load64_splat(x);
    a = f64x2.add(a, f64x2.mul(last, v128.load(rows)));
    b = f64x2.add(b, f64x2.mul(last, v128.load(rows, 16)));
    c = f64x2.add(c, f64x2.mul(last, v128.load(rows, 32)));
    d = f64x2.add(d, f64x2.mul(last, v128.load(rows, 48)));
  }
  v128.store(out, f64x2.add(a, e));
  v128.store(out, f64x2.add(b, f), 16);
  v128.store(out, f64x2.add(c, g), 32);
  v128.store(out, f64x2.add(d, h), 48);
}

/**
 * Σ yₜ and Σ yₜ² of eight y side by side, over some of the days.
 * @param rows as above; those of day 0
 * @param days i32, in any order; those in front of day 0 are negative
 * @param out gets the eight sums, then the eight sums of squares
 */
export function sumPickedLanes(rows: usize, step: usize, days: usize, count: i32, out: usize): void {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let aa = f64x2.splat(0);
  let bb = f64x2.splat(0);
  let cc = f64x2.splat(0);
  let dd = f64x2.splat(0);
  for (const end = days + ((<usize>count) << 2); days < end; days += 4) {
    const row = rows + <usize>load<i32>(days) * step;
    const first = v128.load(row);
    const second = v128.load(row, 16);
    const third = v128.load(row, 32);
    const fourth = v128.load(row, 48);
    a = f64x2.add(a, first);
    b = f64x2.add(b, second);
    c = f64x2.add(c, third);
    d = f64x2.add(d, fourth);
    aa = f64x2.add(aa, f64x2.mul(first, first));
    bb = f64x2.add(bb, f64x2.mul(second, second));
    cc = f64x2.add(cc, f64x2.mul(third, third));
    dd = f64x2.add(dd, f64x2.mul(fourth, fourth));
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, aa, 64);
  v128.store(out, bb, 80);
  v128.store(out, cc, 96);
  v128.store(out, dd, 112);
}

/** The columns at the eight addresses (i32) as rows of eight f64. */
export function weaveColumns(columns: usize, days: i32, out: usize): void {
  for (let lane: usize = 0; lane < 8; lane++) {
    const column = <usize>load<u32>(columns + (lane << 2));
    let place = out + (lane << 3);
    for (let day = 0; day < days; day++, place += 64) store<f64>(place, load<f64>(column + ((<usize>day) << 3)));
  }
}
