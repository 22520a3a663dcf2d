let maxBytes = 256 * 1024 * 1024;
let readyDays = 7;

/** Sets what the process's settings say about imports. Before the first upload. */
export function configureImports(settings: { maxBytes: number; readyDays: number }): void {
  ({ maxBytes, readyDays } = settings);
}

/** Bytes of the largest file an import takes. */
export const importMaxBytes = (): number => maxBytes;

/** Days a checked file waits to be applied; 0 is for ever. */
export const importReadyDays = (): number => readyDays;
