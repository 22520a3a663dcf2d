import { createHash } from 'node:crypto';
import { readMoment, type Moment } from '../../changes/moments.ts';
import { UnauthenticatedError } from '../../kernel/errors.ts';
import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { openLink, signLink } from '../accounts/links.ts';
import { recordAlone } from '../audit/record.ts';
import { exportShape, linkShape, type ExportInput, type Selection } from './input.ts';
import { writeCsv } from './write-csv.ts';
import { jsonFormat, writeJson } from './write-json.ts';
import { writeWideCsv } from './write-wide-csv.ts';

/**
 * Seconds in which a link can be used. A download that breaks off is resumed with the same link: a gigabyte over two megabits
 * per second takes more than an hour as one piece, and each request that begins within this time is served to its end.
 */
const linkSeconds = 3600;

/** Raised with every change of what is written for the same state, or clients would put two texts together. */
const writerVersion = 1;

/** A link to a download, and until when it is good. */
export type Export = { url: string; expiresAt: Date };

/** What a link gives: whose data, which of it, and the state it had. */
export type Download = { viewer: Viewer; selection: Selection; moment: Moment };

/**
 * A link that streams the chosen data, as it is now, to whoever has it, for an hour: what changes later is not in it, and
 * every download of it is the same bytes.
 * @throws InvalidInputError
 */
export async function createExport(viewer: Viewer, input: ExportInput): Promise<Export> {
  const selection = validate(exportShape, input);
  const moment = await readMoment(viewer.userId);
  const { token, expiresAt } = signLink(viewer, 'export', { ...selection, ...moment }, linkSeconds);
  await recordAlone(viewer, 'EXPORT_REQUESTED', { format: selection.format });
  return { url: `/exports/${token}`, expiresAt };
}

/** What a link gives. @throws UnauthenticatedError */
export async function openExport(token: string): Promise<Download> {
  const { viewer, claims } = await openLink('export', token);
  const { seq, at, ...selection } = readClaims(claims);
  return { viewer, selection, moment: { seq, at } };
}

/** A link that an older version of the server has signed says no state. */
function readClaims(claims: object) {
  const { data } = linkShape.safeParse(claims);
  if (!data) throw new UnauthenticatedError('This link is no longer valid. Ask the API for a new one.');
  return data;
}

/** Notes that somebody takes what a link gives, whole or a part. @param address who takes it */
export const noteDownload = ({ viewer, selection }: Download, address: string | null): Promise<void> =>
  recordAlone({ ...viewer, address }, 'EXPORT_DOWNLOADED', { format: selection.format });

/** The text of a download. */
export function writeDownload({ viewer, selection, moment }: Download): AsyncGenerator<string> {
  if (selection.format === 'JSON') return writeJson(viewer, selection, moment);
  return (selection.layout === 'WIDE' ? writeWideCsv : writeCsv)(viewer, selection, moment);
}

/** A name for the bytes of a download, the same for the same bytes and no others. */
export function nameContent({ viewer, selection, moment }: Download): string {
  const { format, layout, range, metricIds } = selection;
  const parts = [writerVersion, jsonFormat.version, viewer.userId, moment.seq, moment.at.getTime(), format];
  const text = JSON.stringify([...parts, layout ?? 'LONG', range?.from, range?.to, metricIds]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 27);
}
