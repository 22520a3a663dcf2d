import { pipeline } from 'node:stream/promises';
import { parser, type Token } from 'stream-json/parser.js';
import { jsonFormat, readableVersions } from '../exports/write-json.ts';
import { BrokenFileError } from './broken-file.ts';
import { JsonItem } from './json-item.ts';

/** The sections that are taken over, in the order in which they stand. */
export type Section = 'metrics' | 'entries';

/** What a section's items are handed to, one at a time. */
export type TakeItem = (section: Section, item: JsonItem) => Promise<void>;

/** Keys, texts and numbers come in pieces: packed ones would be held in memory however long they are. */
const options = { packValues: false, streamValues: true };
const depthMax = 100;

/**
 * Reads an export in JSON item by item.
 * @throws BrokenFileError
 */
export async function readJson(text: AsyncIterable<string>, take: TakeItem): Promise<void> {
  const document = new ExportDocument();
  try {
    await pipeline(text, parser.asStream(options), async (tokens: AsyncIterable<Token>) => {
      for await (const token of tokens) {
        const item = document.take(token);
        if (item) await take(document.section!, item);
      }
    });
  } catch (error) {
    throw isSyntaxError(error) ? new BrokenFileError('The file is not JSON, or its end is missing.') : error;
  }
  document.requireFormat();
}

/** The parser throws plain errors, whose messages begin so. */
const isSyntaxError = (error: unknown): boolean => error instanceof Error && /^Parser (cannot|has)/.test(error.message);

/** Follows where in the document a token stands: what it is, in which section, and where an item begins and ends. */
class ExportDocument {
  section: Section | null = null;
  private depth = 0;
  private key = '';
  /** The newest key directly in the document, and what it names unless that is a list or an object. */
  private top = new JsonItem();
  private item: JsonItem | null = null;
  private hasEntries = false;
  private readonly format = new Map<string, unknown>();

  /** @returns an item, with the token that completes it */
  take(token: Token): JsonItem | null {
    if (this.item) return this.continueItem(token);
    if (this.section && this.depth === 2 && !isEnd(token)) return this.beginItem(token);
    if (this.depth === 1 && !isEnd(token)) this.takeTop(token);
    if (this.depth === 0 && token.name !== 'startObject') throw new BrokenFileError(notOurs);
    this.follow(token);
    return null;
  }

  /** @throws BrokenFileError unless the document has said that it is one of ours */
  requireFormat(): void {
    const isOurs = this.format.get('format') === jsonFormat.format;
    if (!isOurs || !readableVersions.includes(this.format.get('version') as number)) throw new BrokenFileError(notOurs);
  }

  private follow(token: Token): void {
    if (isStart(token)) this.depth++;
    if (isEnd(token)) this.depth--;
    if (this.depth > depthMax) throw new BrokenFileError('The file is nested too deeply.');
    if (this.depth < 2) this.section = null;
    if (this.depth === 2 && token.name === 'startArray') this.section = toSection(this.key);
    if (this.section === 'metrics' && this.hasEntries)
      throw new BrokenFileError('In the file, "metrics" must stand before "entries".');
  }

  /** A token directly in the document: a part of a key, or of what the key names. */
  private takeTop(token: Token): void {
    if (token.name === 'startKey') this.top = new JsonItem();
    if (token.name === 'startArray') return;
    if (toSection(this.key) && token.name === 'startObject')
      throw new BrokenFileError(`In the file, "${this.key}" must be a list.`);
    if (token.name === 'startObject') return;
    this.top.take(token);
    if (token.name === 'endKey') this.key = this.top.text;
    if (this.top.isDone && this.key in jsonFormat) this.format.set(this.key, this.top.value);
  }

  private beginItem(token: Token): JsonItem | null {
    this.requireFormat();
    this.hasEntries ||= this.section === 'entries';
    this.item = new JsonItem();
    return this.continueItem(token);
  }

  private continueItem(token: Token): JsonItem | null {
    const item = this.item!;
    item.take(token);
    if (!item.isDone) return null;
    this.item = null;
    return item;
  }
}

const notOurs = `The file is no export of Lifegraph: it must begin with "format": "${jsonFormat.format}" and "version": ${readableVersions.join(' or ')}.`;

const toSection = (key: string): Section | null => (key === 'metrics' || key === 'entries' ? key : null);
const isStart = ({ name }: Token): boolean => name === 'startObject' || name === 'startArray';
const isEnd = ({ name }: Token): boolean => name === 'endObject' || name === 'endArray';
