import type { Change } from './change.ts';
import { checkHeads, joinFeed } from './feed.ts';
import { readPage, type Page } from './pages.ts';
import { readHead } from './replay.ts';

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
  let wake = () => {};
  const follower = { advance: () => wake() };
  signal.addEventListener('abort', follower.advance);
  const feed = await joinFeed(userId, follower);
  try {
    let seq = after ?? (await readHead(userId));
    for (let page: Page | undefined; !signal.aborted;) {
      const advance = new Promise<void>((resolve) => (wake = resolve));
      if (seq >= feed.head) {
        await advance;
        continue;
      }
      page = await readPage(userId, seq, page);
      for (const change of page.changes) {
        if (signal.aborted) return;
        yield change;
        seq = change.seq;
      }
      if (page.changes.length === 0) await advance;
    }
  } finally {
    signal.removeEventListener('abort', follower.advance);
    feed.leave(follower);
  }
}
