import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the process's settings say about imports. */
export type ImportSettings = {
  /** Bytes of the largest file an import takes. */
  maxBytes: number;
  /** Days a checked file waits to be applied; 0 is for ever. */
  readyDays: number;
  /** Where uploads lie while they are read. */
  uploadFolder: string;
};

let settings: ImportSettings = {
  maxBytes: 2 * 1024 ** 3,
  readyDays: 7,
  uploadFolder: join(tmpdir(), 'lifegraph-uploads'),
};

/** Before the first upload. */
export function configureImports(given: Partial<ImportSettings>): void {
  settings = { ...settings, ...given };
}

export const importMaxBytes = (): number => settings.maxBytes;
export const importReadyDays = (): number => settings.readyDays;
export const uploadFolder = (): string => settings.uploadFolder;
