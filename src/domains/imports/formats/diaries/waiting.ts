/** What is held at most: some ten megabytes, and more than a person has written in tens of years. */
const recordsMax = 50_000;
const charactersMax = 8_000_000;

/** Records that wait for what the file says of them farther down. Bounded: when it is full one has to do without. */
export class Waiting<T> {
  private records: T[] = [];
  private characters = 0;

  /** @param characters of its texts */
  add(record: T, characters: number): void {
    this.records.push(record);
    this.characters += characters;
  }

  get isFull(): boolean {
    return this.records.length >= recordsMax || this.characters >= charactersMax;
  }

  /** All of them, which then wait no longer. */
  takeAll(): T[] {
    const { records } = this;
    this.records = [];
    this.characters = 0;
    return records;
  }
}
