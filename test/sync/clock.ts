import { AsyncLocalStorage } from 'node:async_hooks';

/** A device's clock: by so many milliseconds another than the true one. */
export type Clock = { skew: number };

const RealDate = Date;
const clocks = new AsyncLocalStorage<Clock>();

/** The true time, in milliseconds. */
export const trueTime = (): number => RealDate.now();

/** Runs as a device whose clock this is, with everything that follows from it. */
export const runWithClock = <Result>(clock: Clock, work: () => Result): Result => clocks.run(clock, work);

/** From now on `Date` tells each device the time of its own clock. @returns to undo it */
export function installClocks(): () => void {
  globalThis.Date = class extends RealDate {
    constructor(...given: []) {
      super(...((given.length === 0 ? [tell()] : given) as []));
    }

    static override now(): number {
      return tell();
    }
  } as DateConstructor;
  return () => void (globalThis.Date = RealDate);
}

const tell = (): number => RealDate.now() + (clocks.getStore()?.skew ?? 0);
