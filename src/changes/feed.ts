import { LogCompactedError } from '../kernel/errors.ts';
import { noteArrival } from '../platform/observation/metrics.ts';
import { readPage, type Page } from './pages.ts';
import { readHead, readHeads } from './replay.ts';
import { onWakeUp } from './wake-ups.ts';

/** Who wants to know that there is more. Called in the order of joining, with the part of the log that is new. */
export type Follower = { advance: (page: Page) => void };

/** The log of one person as this process sees it, while somebody follows it: one load per wake-up for all. */
export class Feed {
  readonly userId: string;
  /** The number up to which the log is known. */
  head = 0;
  /** The highest number heard of. */
  private target = 0;
  private isOpen = false;
  private isLoading = false;
  private readonly followers = new Set<Follower>();
  private readonly stopListening: () => void;
  /** Settles when `head` is what the log had reached after listening began. */
  readonly opened: Promise<void>;

  constructor(userId: string) {
    this.userId = userId;
    this.stopListening = onWakeUp(userId, (seq) => this.advanceTo(seq));
    // Listening comes first: what is committed after this has been read has a wake-up that is heard.
    this.opened = readHead(userId).then((head) => {
      this.head = head;
      this.isOpen = true;
      this.advanceTo(head);
    });
  }

  /** Takes note that the log has reached `seq`, and loads what is missing once for all. */
  advanceTo(seq: number): void {
    this.target = Math.max(this.target, seq);
    if (this.target > this.head && this.isOpen && !this.isLoading) void this.load();
  }

  join(follower: Follower): void {
    this.followers.add(follower);
  }

  /** The last one to leave ends the feed. */
  leave(follower: Follower): void {
    this.followers.delete(follower);
    if (this.followers.size > 0) return;
    this.stopListening();
    if (feeds.get(this.userId) === this) feeds.delete(this.userId);
  }

  private async load(): Promise<void> {
    this.isLoading = true;
    try {
      while (this.target > this.head && this.followers.size > 0) await this.loadPage();
    } catch (error) {
      if (error instanceof LogCompactedError) this.skip(error.seq);
      // Any other failed load is no loss: the next wake-up or heartbeat tries again.
      this.target = this.head;
    } finally {
      this.isLoading = false;
    }
  }

  private skip(seq: number): void {
    this.head = seq;
    for (const follower of this.followers) follower.advance(skipped(this.userId, seq));
  }

  private async loadPage(): Promise<void> {
    const target = this.target;
    const page = await readPage(this.userId, this.head);
    // Nothing is there: whoever spoke of more was wrong, unless they spoke while the log was being read.
    if (page.changes.length === 0 && this.target === target) this.target = this.head;
    if (page.changes.length === 0) return;
    this.head = page.lastSeq;
    for (const follower of this.followers) follower.advance(page);
    // The one that has waited longest.
    noteArrival(page.changes[0]!.at);
  }
}

/** What the feed has missed is compacted: each follower has to find that out for itself, at the place where it is. */
const skipped = (userId: string, seq: number): Page => ({
  userId,
  after: seq,
  changes: [],
  lastSeq: seq,
  isFull: false,
  length: 0,
});

const feeds = new Map<string, Feed>();

/**
 * Joins the feed of a person, which begins with the first to join.
 * @returns the feed, its head known
 */
export async function joinFeed(userId: string, follower: Follower): Promise<Feed> {
  let feed = feeds.get(userId);
  if (!feed) feeds.set(userId, (feed = new Feed(userId)));
  feed.join(follower);
  await feed.opened.catch((error: unknown) => {
    feed.leave(follower);
    throw error;
  });
  return feed;
}

/** Looks for changes whose wake-up was lost: one read for everybody who is followed. */
export async function checkHeads(): Promise<void> {
  if (feeds.size === 0) return;
  const heads = await readHeads([...feeds.keys()]);
  for (const [userId, seq] of heads) feeds.get(userId)?.advanceTo(seq);
}
