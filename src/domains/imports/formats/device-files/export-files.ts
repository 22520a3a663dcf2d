import type { Source, SourceFile } from '../../format.ts';

/** The last part of a file's path. */
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * The files of an upload in the order of their names, in which those of following days follow each other; without hidden
 * ones, which operating systems add to archives.
 */
export const filesOf = ({ files }: Source): SourceFile[] =>
  files
    .filter(({ name }) => !baseOf(name).startsWith('.'))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
