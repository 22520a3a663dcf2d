import { validate } from '../../kernel/validate.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { openLink, signLink } from '../accounts/links.ts';
import { exportShape, type ExportInput, type Selection } from './input.ts';

/** Seconds in which a download must begin. */
const linkSeconds = 300;

/** A link to a download, and until when it is good. */
export type Export = { url: string; expiresAt: Date };

/** A link that streams the chosen data to whoever has it, for five minutes. @throws InvalidInputError */
export function createExport(viewer: Viewer, input: ExportInput): Export {
  const { token, expiresAt } = signLink(viewer, 'export', validate(exportShape, input), linkSeconds);
  return { url: `/exports/${token}`, expiresAt };
}

/** Whose data a link gives, and which. @throws UnauthenticatedError */
export async function openExport(token: string): Promise<{ viewer: Viewer; selection: Selection }> {
  const { viewer, claims } = await openLink('export', token);
  return { viewer, selection: exportShape.parse(claims) };
}
