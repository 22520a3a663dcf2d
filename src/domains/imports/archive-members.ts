import type { Entry, ZipFile } from 'yauzl';
import yauzl from 'yauzl';
import { BrokenFileError } from './broken-file.ts';

/** Bounds of an archive: what no program exports, and what would cost memory or hours. */
export const archiveLimits = {
  /** A list of members that is held in memory; Google Takeout writes some thousand. */
  members: 20_000,
  /** Bytes of a name, paths included: what file systems allow. */
  name: 1024,
  /** Bytes that one member may expand to. Twice the largest export.xml that people have reported. */
  memberBytes: 8 * 1024 ** 3,
  /** Bytes that may be read in all, however often: a format reads a large member twice at the most. */
  totalBytes: 16 * 1024 ** 3,
  /** How much larger a member may be than its compressed bytes. XML of health records becomes thirty times as large; deflate ends at 1032. */
  ratio: 200,
  /** Bytes up to which the ratio is of no interest: an empty table of a megabyte does no harm. */
  ratioFrom: 10 * 1024 ** 2,
};
export type ArchiveLimits = typeof archiveLimits;

/** A file of an archive. */
export type Member = { name: string; entry: Entry };

/** @throws BrokenFileError when there is anything about the members that no export has */
export async function listMembers(zip: ZipFile, limits: ArchiveLimits): Promise<Member[]> {
  if (zip.entryCount > limits.members) throw new BrokenFileError(`The archive has more than ${limits.members} files.`);
  const members = new Map<string, Member>();
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry);
    checkName(name, entry, limits);
    checkEntry(entry, limits);
    if (name.endsWith('/') || isOfMac(name)) continue;
    if (members.has(name)) throw new BrokenFileError('The archive has two files of the same name.');
    members.set(name, { name, entry });
  }
  return [...members.values()];
}

/**
 * Many programs write names in UTF-8 and do not say so; without saying so they are in the character set of the first PC.
 * A backslash divides as well: some versions of .NET write it.
 */
function nameOf(entry: Entry): string {
  // Since strings are not decoded when the archive is opened, the raw name is there alone.
  const { generalPurposeBitFlag, extraFields, fileNameRaw } = entry;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(fileNameRaw).replaceAll('\\', '/');
  } catch {
    return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
  }
}

function checkName(name: string, { fileNameRaw }: Entry, limits: ArchiveLimits): void {
  if (name === '' || name.includes('\0')) throw new BrokenFileError('The archive has a file without a proper name.');
  if (fileNameRaw.length > limits.name)
    throw new BrokenFileError(`The archive has a file whose name is longer than ${limits.name} bytes.`);
  if (yauzl.validateFileName(name) !== null)
    throw new BrokenFileError('The archive has a file whose name leads out of the archive.');
}

/** File types of Unix, in the upper half of the attributes. */
const unix = { mask: 0o170000, link: 0o120000 } as const;

function checkEntry(entry: Entry, { memberBytes }: ArchiveLimits): void {
  if (entry.isEncrypted()) throw new BrokenFileError('The archive is protected by a password. Upload it without one.');
  if (!entry.canDecodeFileData())
    throw new BrokenFileError('The archive is compressed in a way that is not supported. Make an ordinary ZIP of it.');
  if (((entry.externalFileAttributes >>> 16) & unix.mask) === unix.link)
    throw new BrokenFileError('The archive has a link in the place of a file.');
  if (entry.uncompressedSize > memberBytes) throw new BrokenFileError(memberTooLarge(memberBytes));
}

export const memberTooLarge = (bytes: number): string => `The archive has a file of more than ${bytes} bytes.`;

/** What a Mac adds to every archive that it makes: no file of anyone. */
const isOfMac = (name: string): boolean => /^__MACOSX\/|(^|\/)\.DS_Store$/.test(name);
