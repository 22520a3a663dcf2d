/** Waits so many milliseconds, or until the signal aborts. Never fails. */
export type Sleep = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** By the clock of the device; the only thing that clock is used for. */
export const sleepByTimer: Sleep = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });

/** Loops wait here: for a time, or for good, until somebody says that it is worth another look. */
export class Pause {
  private readonly sleep: Sleep;
  private waiting = new AbortController();

  constructor(sleep: Sleep) {
    this.sleep = sleep;
  }

  /** Ends the waits that are under way; not those that begin later. */
  end(): void {
    this.waiting.abort();
    this.waiting = new AbortController();
  }

  /** Until somebody ends it. */
  async untilEnded(signal: AbortSignal): Promise<void> {
    await aborted(AbortSignal.any([signal, this.waiting.signal]));
  }

  /** So long, unless somebody ends it before. */
  async atMost(milliseconds: number, signal: AbortSignal): Promise<void> {
    await this.sleep(milliseconds, AbortSignal.any([signal, this.waiting.signal]));
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
