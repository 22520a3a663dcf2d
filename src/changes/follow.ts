import type { Change } from './change.ts';
import { readHead, readHeads, replayChanges } from './replay.ts';
import { onWakeUp } from './wake-ups.ts';

const pageSize = 500;
/** Changes kept in memory for the devices of one person that are up to date. */
const tailSize = 512;

/**
 * The changes of one person as this process sees them: all their devices share one load per wake-up.
 * Truth is the log; the tail is only its newest part, without gaps, ending at `head`.
 */
class Feed {
  readonly userId: string;
  followers = 0;
  private head: number;
  /** The highest number heard of. */
  private target = 0;
  private tail: Change[] = [];
  private waiting = new Set<() => void>();
  private loading: Promise<void> | undefined;
  private readonly stopListening: () => void;

  constructor(userId: string, head: number) {
    this.userId = userId;
    this.head = head;
    this.stopListening = onWakeUp(userId, (seq) => this.advanceTo(seq));
  }

  /** Takes note that the log has reached `seq`, and loads what is missing once for all. */
  advanceTo(seq: number): void {
    this.target = Math.max(this.target, seq);
    if (this.target <= this.head || this.loading) return;
    this.loading = this.load().then(
      () => this.loaded(this.target),
      // A failed load is no loss: the next wake-up or heartbeat tries again.
      () => this.failed(),
    );
  }

  /** The changes after a number, from memory when they are there. Empty when the follower is up to date. */
  async readAfter(seq: number): Promise<readonly Change[]> {
    if (seq >= this.head) return [];
    const oldest = this.tail[0]?.seq ?? Infinity;
    // Searched, not counted off: were the log ever to have a gap, counting would come out empty for ever, and the follower
    // would turn in circles without letting the event loop go.
    if (oldest <= seq + 1) return this.tail.slice(this.tail.findLastIndex((change) => change.seq <= seq) + 1);
    return replayChanges(this.userId, seq, pageSize);
  }

  /** Waits until there is something after `seq`, or the signal says stop. */
  wait(seq: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (seq < this.head || signal.aborted) return resolve();
      const wake = () => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  close(): void {
    this.stopListening();
  }

  private failed(): void {
    this.loading = undefined;
    this.target = this.head;
  }

  private loaded(target: number): void {
    this.loading = undefined;
    this.advanceTo(target);
  }

  private async load(): Promise<void> {
    for (;;) {
      const changes = await replayChanges(this.userId, this.head, pageSize);
      if (changes.length > 0) {
        this.tail = [...this.tail, ...changes].slice(-tailSize);
        this.head = changes.at(-1)!.seq;
        for (const wake of this.waiting) wake();
      }
      if (changes.length < pageSize) return;
    }
  }
}

const feeds = new Map<string, Feed>();
let heartbeat: NodeJS.Timeout | undefined;

/** Starts looking, every so many seconds, for changes whose wake-up was lost. */
export function startFollowing(heartbeatSeconds: number): void {
  heartbeat = setInterval(() => void checkHeads().catch(() => undefined), heartbeatSeconds * 1000);
}

export function stopFollowing(): void {
  clearInterval(heartbeat);
}

/**
 * Every change of a person after a number, in order, without gap or duplicate: first from the log, then as they happen.
 * @param after the last number the follower has; null for "from now on"
 * @param signal ends the iteration
 */
export async function* followChanges(
  userId: string,
  after: number | null,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  const feed = await joinFeed(userId);
  try {
    let seq = after ?? (await readHead(userId));
    while (!signal.aborted) {
      const changes = await feed.readAfter(seq);
      for (const change of changes) {
        if (signal.aborted) return;
        yield change;
        seq = change.seq;
      }
      if (changes.length === 0) await feed.wait(seq, signal);
    }
  } finally {
    leaveFeed(feed);
  }
}

async function joinFeed(userId: string): Promise<Feed> {
  const head = feeds.has(userId) ? 0 : await readHead(userId);
  let feed = feeds.get(userId);
  if (!feed) {
    feed = new Feed(userId, head);
    feeds.set(userId, feed);
    // What was committed between reading the head and listening has sent its wake-up already.
    void readHead(userId)
      .then((seq) => feed!.advanceTo(seq))
      .catch(() => undefined);
  }
  feed.followers += 1;
  return feed;
}

function leaveFeed(feed: Feed): void {
  feed.followers -= 1;
  if (feed.followers > 0) return;
  feed.close();
  feeds.delete(feed.userId);
}

async function checkHeads(): Promise<void> {
  if (feeds.size === 0) return;
  const heads = await readHeads([...feeds.keys()]);
  for (const [userId, seq] of heads) feeds.get(userId)?.advanceTo(seq);
}
