import { BrokenFileError } from '../../broken-file.ts';
import type { Format, Reading, Row, Source, SourceFile } from '../../format.ts';
import { readElements } from './export-elements.ts';
import { HealthRecords } from './health-records.ts';

/**
 * What the Health app of an iPhone exports: `export.zip` with `apple_health_export/export.xml`, whose name is translated into the
 * phone's language, or that XML file alone. Apple does not document it; the elements and attributes are those of the document
 * type definition that stands in each file, the units those of HealthKit (HKUnit). That a per cent is a fraction (0.97), and that
 * the parts of a correlation stand at the top as well, is known from exports and not from Apple.
 */
export const appleHealth: Format = {
  id: 'APPLE_HEALTH',
  label: 'Apple Health',
  recognise: async (source) => (await findExport(source)) !== null,
  read: readExport,
};

async function* readExport(source: Source, reading: Reading): AsyncGenerator<readonly Row[]> {
  const file = await findExport(source);
  if (!file)
    throw new BrokenFileError('The file is no export of Apple Health: upload the export.zip that Health makes.');
  const records = new HealthRecords(reading);
  const elements = readElements(file.text(), (name, attributes) => records.take(name, attributes));
  for await (const _ of elements) {
    const rows = records.drain();
    if (rows.length > 0) yield rows;
  }
  if (records.row === 0) throw new BrokenFileError('The export of Apple Health holds no records.');
  yield* records.rest();
}

/** XML files at the top of an archive whose heads are read; an export has two. */
const candidatesMax = 20;

/** The file is known by how it begins: its name differs from language to language. */
async function findExport({ isArchive, files }: Source): Promise<SourceFile | null> {
  const candidates = isArchive ? files.filter(({ name }) => atTop.test(name)).slice(0, candidatesMax) : files;
  for (const file of candidates) if (beginning.test(await file.head())) return file;
  return null;
}

const atTop = /^(?!__MACOSX\/)([^/]+\/)?[^/]+\.xml$/i;
const beginning = /<!DOCTYPE\s+HealthData\b|<HealthData[\s/>]/;
