import { BrokenFileError } from '../../broken-file.ts';
import type { Format, Row, Source, SourceFile } from '../../format.ts';
import { readJsonValues } from '../../json-values.ts';
import { findJsonPaths } from '../diaries/json-paths.ts';
import { withoutMark } from '../diaries/records.ts';
import { AttributeValues } from './attribute-values.ts';

/**
 * Attributes with their values as Exist's API answers them, a list or the pages of one ("results"). What Exist puts into a file
 * when a person asks for their data is not verified; a file of this shape is read, whoever made it.
 */
export const exist: Format = {
  id: 'EXIST',
  label: 'Exist',
  recognise: async (source) => (await findDocuments(source)).length > 0,
  read: async function* (source, reading) {
    const documents = await findDocuments(source);
    if (documents.length === 0) throw new BrokenFileError(noExist);
    const values = new AttributeValues(reading);
    for (const document of documents) yield* readDocument(document, values);
    if (values.count === 0) throw new BrokenFileError('The file has attributes, but no values of them.');
  },
};

const noExist =
  'The file is no data of Exist: JSON with a list of attributes that have "name", "value_type" and "values".';

const fields = ['name', 'label', 'group', 'service', 'value_type', 'value_type_description'];
const filesMax = 50;

type Document = { file: SourceFile; place: string[] };

/** The files whose beginning describes an attribute, and where attributes stand in them. */
async function findDocuments({ isArchive, files }: Source): Promise<Document[]> {
  const candidates = isArchive ? files.filter(({ name }) => /\.json$/i.test(name)).slice(0, filesMax) : files;
  const found: Document[] = [];
  for (const file of candidates) {
    const paths = findJsonPaths(withoutMark(await file.head()), 3);
    const place = [['*'], ['results', '*']].find((each) => describesAttribute(paths, each.join('.')));
    if (place) found.push({ file, place });
  }
  return found;
}

const describesAttribute = (paths: ReadonlySet<string>, place: string): boolean =>
  paths.has(`${place}.name`) &&
  (paths.has(`${place}.value_type`) || (paths.has(`${place}.values`) && paths.has(`${place}.label`)));

async function* readDocument({ file, place }: Document, values: AttributeValues): AsyncGenerator<Row[]> {
  // Each value by itself: the values of ten years are too many to be held as one.
  const patterns = [...fields.map((field) => [...place, field]), [...place, 'values', '*']];
  for await (const batch of readJsonValues(file.text(), patterns)) {
    for (const { path, value, problem } of batch) {
      const [index, field] = path.slice(place.length - 1);
      if (values.isOther(index)) yield* values.settle();
      values.take(index, String(field), problem ? { problem } : { value });
    }
    if (values.isFull) yield* values.settle();
  }
  yield* values.settle();
  values.close();
}
