/**
 * Of several tabs on one store one leads: it connects and sends. When it closes, another takes over.
 * @param storeName null: nobody shares the store, so one leads alone; as where the platform has no locks
 * @param work until the signal
 */
export async function lead(
  locks: LockManager | null,
  storeName: string | null,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  if (!locks || storeName === null) return work();
  try {
    await locks.request(`lifegraph-leader:${storeName}`, { signal }, work);
  } catch (error) {
    // Closed while it waited for its turn.
    if (!signal.aborted) throw error;
  }
}

/** Calls back when a browser comes back to life: the network is there again, or somebody looks. @returns to stop it */
export function watchForLife(onLife: () => void): () => void {
  if (typeof document === 'undefined') return () => {};
  const onVisible = () => {
    if (document.visibilityState === 'visible') onLife();
  };
  addEventListener('online', onLife);
  document.addEventListener('visibilitychange', onVisible);
  return () => {
    removeEventListener('online', onLife);
    document.removeEventListener('visibilitychange', onVisible);
  };
}
