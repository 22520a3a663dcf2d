let maxBytes = 256 * 1024 * 1024;

/** Sets what the process's settings say about imports. Before the first upload. */
export function configureImports(settings: { maxBytes: number }): void {
  maxBytes = settings.maxBytes;
}

/** Bytes of the largest file an import takes. */
export const importMaxBytes = (): number => maxBytes;
