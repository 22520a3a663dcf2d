import type { ReadableStream } from 'node:stream/web';
import type { Client } from '../../setup/client.ts';

export type Report = {
  rowsRead: number;
  rowsAccepted: number;
  duplicates: number;
  rowsRejected: number;
  rejected: { row: number; reason: string }[];
  metrics: string[];
  newMetrics: string[];
  ignoredColumns: string[];
  leftOut: { what: string; records: number }[];
  byMetric: {
    name: string;
    unit: string | null;
    isNew: boolean;
    added: number;
    changed: number;
    duplicates: number;
    open: number;
    sources: string[];
    range: { from: string; to: string } | null;
  }[];
  questions: {
    id: string;
    kind: string;
    message: string;
    words: string[];
    choices: string[];
    suggestion: unknown;
  }[];
  range: { from: string; to: string } | null;
};
export type Import = {
  id: string;
  format: string;
  state: string;
  uploadUrl: string | null;
  progress: number;
  report: Report | null;
  error: string | null;
};
export type ExportedEntry = {
  id: string;
  metricId: string;
  date: string;
  time: string | null;
  number: number | null;
  text: string | null;
  notes: string | null;
  tags: string[];
  source: string;
  version: number;
};
export type ExportedMetric = {
  id: string;
  name: string;
  type: string;
  unit: string | null;
  desired: string | null;
  isActionable: boolean;
  version: number;
};
export type Document = {
  format: string;
  version: number;
  seq: number;
  user: Record<string, unknown>;
  metrics: ExportedMetric[];
  entries: ExportedEntry[];
  insights: Record<string, unknown>[];
};

export type Body = string | Uint8Array | ReadableStream;

const fields = `id format state uploadUrl progress error report { leftOut { what records }
  byMetric { name unit isNew added changed duplicates open sources range { from to } }
  questions { id kind message words choices suggestion } rowsRead rowsAccepted duplicates rowsRejected
  rejected { row reason } metrics newMetrics ignoredColumns range { from to } }`;

/** How a test says what a file is; the API knows more. */
export type GivenFormat = 'AUTO' | 'CSV' | 'JSON' | 'APPLE_HEALTH';

export async function createImport(client: Client, format: GivenFormat, applyWhenReady = false): Promise<Import> {
  const query = `mutation ($input: CreateImportInput!) { createImport(input: $input) { ${fields} } }`;
  const variables = { input: { format, fileName: 'file', applyWhenReady } };
  return (await client.graphql<{ createImport: Import }>(query, variables)).createImport;
}

export async function readImport(client: Client, id: string): Promise<Import> {
  const query = `query ($id: ID!) { import(id: $id) { ${fields} } }`;
  return (await client.graphql<{ import: Import }>(query, { id })).import;
}

export type Answer = { questionId: string; value: unknown };

export const applyImport = async (client: Client, id: string, answers?: Answer[]): Promise<Import> => {
  const query = `mutation ($id: ID!, $answers: [ImportAnswer!]) { applyImport(id: $id, answers: $answers) { ${fields} } }`;
  return (await client.graphql<{ applyImport: Import }>(query, { id, answers })).applyImport;
};

export const undoImport = async (client: Client, id: string): Promise<Import> =>
  (await client.graphql<{ undoImport: Import }>(`mutation ($id: ID!) { undoImport(id: $id) { ${fields} } }`, { id }))
    .undoImport;

/** Sends a file to an upload link. */
export const put = (client: Client, uploadUrl: string, body: Body): Promise<Response> =>
  fetch(client.url + uploadUrl, { method: 'PUT', body, duplex: 'half' } as RequestInit);

/** The import as it is once nothing more happens by itself. */
export async function settled(client: Client, id: string): Promise<Import> {
  for (;;) {
    const current = await readImport(client, id);
    if (!['CHECKING', 'APPLYING', 'UNDOING'].includes(current.state)) return current;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Uploads a file and waits for the check; with `applyWhenReady` for the end. */
export async function importFile(
  client: Client,
  format: GivenFormat,
  body: Body,
  applyWhenReady = true,
): Promise<Import> {
  const { id, uploadUrl } = await createImport(client, format, applyWhenReady);
  await put(client, uploadUrl!, body);
  return settled(client, id);
}

export const importCsv = (client: Client, body: Body, applyWhenReady = true): Promise<Import> =>
  importFile(client, 'CSV', body, applyWhenReady);
export const importJson = (client: Client, document: unknown, applyWhenReady = true): Promise<Import> =>
  importFile(client, 'JSON', JSON.stringify(document), applyWhenReady);

export async function requestExport(client: Client, input: Record<string, unknown>): Promise<string> {
  const query = 'mutation ($input: ExportInput!) { exportData(input: $input) { url expiresAt } }';
  return (await client.graphql<{ exportData: { url: string } }>(query, { input })).exportData.url;
}

export const download = async (client: Client, input: Record<string, unknown>): Promise<Response> =>
  fetch(client.url + (await requestExport(client, input)));

export const exportCsv = async (client: Client, input: Record<string, unknown> = {}): Promise<string> =>
  (await download(client, { format: 'CSV', ...input })).text();
export const exportJson = async (client: Client, input: Record<string, unknown> = {}): Promise<Document> =>
  (await (await download(client, { format: 'JSON', ...input })).json()) as Document;
