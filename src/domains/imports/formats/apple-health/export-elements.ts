import { SaxesParser } from 'saxes';
import { BrokenFileError } from '../../broken-file.ts';

/** The attributes of an element, by name. */
export type Attributes = Readonly<Record<string, string>>;

/** Bounds of what the parser would otherwise hold in memory: no export comes near them. */
const limits = {
  /** Characters from the beginning of one element to that of the next; the list of elements at the top has twelve thousand. */
  gap: 4 * 1024 * 1024,
  depth: 50,
  /** Places that are wrong and can be read nevertheless. */
  faults: 100_000,
} as const;

/**
 * What can be read nevertheless. iOS 16 wrote startDate twice into some records: the last value wins. Entities of a document's own
 * are never expanded, they stay as they are written.
 */
const harmless = /duplicate attribute|entity|disallowed|no whitespace between attributes/;

/**
 * Reads the elements that stand directly in the document, of which an export has millions, and nothing within them: the records of
 * a correlation, for one, stand at the top a second time. Gives way after each piece of the text.
 * @param take gets the name and attributes of one element; they may not be kept
 * @throws BrokenFileError when it is no export, or is damaged
 */
export async function* readElements(
  text: AsyncIterable<string>,
  take: (name: string, attributes: Attributes) => void,
): AsyncGenerator<void> {
  const elements = new Elements(take);
  for await (const piece of text) {
    elements.write(piece);
    yield;
  }
  elements.end();
}

class Elements {
  private readonly parser = new SaxesParser({ position: false, xmlns: false });
  private depth = 0;
  private gap = 0;
  private faults = 0;

  constructor(take: (name: string, attributes: Attributes) => void) {
    const { parser } = this;
    parser.on('error', (error) => this.takeFault(error));
    parser.on('opentag', ({ name, attributes }) => {
      this.gap = 0;
      if (this.depth === 1) take(name, attributes);
      else if (this.depth === 0 && name !== 'HealthData') throw new BrokenFileError(notOurs);
      else if (this.depth > limits.depth) throw new BrokenFileError('The file is nested too deeply.');
      this.depth++;
    });
    parser.on('closetag', () => void this.depth--);
  }

  write(piece: string): void {
    this.gap += piece.length;
    this.parser.write(piece);
    if (this.gap > limits.gap) throw this.damaged();
  }

  end(): void {
    this.parser.close();
  }

  private takeFault({ message }: Error): void {
    if (message.startsWith('document must contain')) throw new BrokenFileError(notOurs);
    if (!harmless.test(message) || ++this.faults > limits.faults) throw this.damaged();
  }

  private damaged(): BrokenFileError {
    return new BrokenFileError(
      `Line ${this.parser.line} of the file cannot be read: it is damaged, or its end is missing. Export it again.`,
    );
  }
}

const notOurs = 'The file is no export of Apple Health: an XML file with <HealthData> is expected.';
