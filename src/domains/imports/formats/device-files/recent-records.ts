/** Records that are remembered at least; up to twice as many are held. */
const remembered = 100_000;

/**
 * Tells copies of records that came a short while ago. Exports write a record twice when two of their files overlap; read by
 * their names, such files follow each other, so that a bounded memory finds them.
 */
export class RecentRecords {
  private readonly size: number;
  private recent = new Set<string>();
  private older = new Set<string>();

  constructor(size = remembered) {
    this.size = size;
  }

  /** Whether this is the first time; remembers it. @param content everything that makes two records the same */
  isNew(content: string): boolean {
    if (this.recent.has(content) || this.older.has(content)) return false;
    if (this.recent.size >= this.size) {
      this.older = this.recent;
      this.recent = new Set();
    }
    this.recent.add(content);
    return true;
  }
}
