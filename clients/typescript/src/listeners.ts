/** Those who want to hear of something. */
export class Listeners<Arguments extends unknown[]> {
  private readonly all = new Set<(...details: Arguments) => void>();

  /** @returns to stop listening */
  add(listener: (...details: Arguments) => void): () => void {
    this.all.add(listener);
    return () => void this.all.delete(listener);
  }

  /** A listener that fails, fails for itself: as an uncaught error, like an event listener's. */
  tell(...details: Arguments): void {
    for (const listener of this.all) {
      try {
        listener(...details);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
