import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { openLink, signLink } from '../accounts/links.ts';
import { recordAlone } from '../audit/record.ts';
import { exportShape, type ExportInput, type Selection } from './input.ts';

/** Seconds in which a download must begin. */
const linkSeconds = 300;

/** A link to a download, and until when it is good. */
export type Export = { url: string; expiresAt: Date };

/** A link that streams the chosen data to whoever has it, for five minutes. @throws InvalidInputError */
export async function createExport(viewer: Viewer, input: ExportInput): Promise<Export> {
  const selection = validate(exportShape, input);
  const { token, expiresAt } = signLink(viewer, 'export', selection, linkSeconds);
  await recordAlone(viewer, 'EXPORT_REQUESTED', { format: selection.format });
  return { url: `/exports/${token}`, expiresAt };
}

/** Whose data a link gives, and which. @param address who takes it @throws UnauthenticatedError */
export async function openExport(
  token: string,
  address: string | null,
): Promise<{ viewer: Viewer; selection: Selection }> {
  const { viewer, claims } = await openLink('export', token);
  const selection = exportShape.parse(claims);
  await recordAlone({ ...viewer, address }, 'EXPORT_DOWNLOADED', { format: selection.format });
  return { viewer, selection };
}
