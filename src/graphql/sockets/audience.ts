import { joinFeed, type Feed, type Follower } from '../../changes/feed.ts';
import type { Page } from '../../changes/pages.ts';
import { readHead } from '../../changes/replay.ts';
import { checkBegin, type AfterArguments } from '../changes.ts';
import type { ChangesDocument, ChangesRequest } from './changes-document.ts';
import type { Connection } from './connection.ts';
import { Delivery } from './delivery.ts';
import { KnownReferences } from './known-references.ts';
import { SharedPayloads } from './payloads.ts';

/** Those who follow one person's changes on this process: they share what is read, executed and written for them. */
class Audience implements Follower {
  private readonly userId: string;
  private readonly references: KnownReferences;
  private readonly deliveries = new Set<Delivery>();
  /** What is asked for, by document and variables, and by how many. */
  private readonly selections = new Map<string, { payloads: SharedPayloads; users: number }>();
  private joining = 0;
  private feed: Promise<Feed> | undefined;

  constructor(userId: string) {
    this.userId = userId;
    this.references = new KnownReferences(userId);
  }

  get size(): number {
    return this.deliveries.size;
  }

  advance({ changes }: Page): void {
    this.references.advance(changes);
    for (const delivery of this.deliveries) delivery.advance();
  }

  /** Begins a delivery. @throws as checkAfter */
  async join(connection: Connection, operationId: string, wanted: ChangesDocument, request: ChangesRequest) {
    this.joining += 1;
    try {
      const feed = await (this.feed ??= joinFeed(this.userId, this));
      const seq = await this.findStart(feed, request.begin);
      const place = `${wanted.number}:${request.shareKey}`;
      const payloads = this.enter(place, wanted, request);
      const delivery = new Delivery(connection, operationId, feed, seq, payloads, () => this.leave(delivery, place));
      this.deliveries.add(delivery);
      return delivery;
    } finally {
      this.joining -= 1;
      this.endIfEmpty();
    }
  }

  private async findStart(feed: Feed, begin: AfterArguments): Promise<number> {
    const { after, afterAt } = begin;
    if (after == null) return readHead(this.userId);
    const isPossible = after === 0 || (after > 0 && after <= feed.head && afterAt == null);
    if (!isPossible) await checkBegin(this.userId, begin);
    return after;
  }

  private enter(place: string, wanted: ChangesDocument, { variables }: ChangesRequest): SharedPayloads {
    let selection = this.selections.get(place);
    if (!selection) {
      selection = { payloads: new SharedPayloads(wanted, variables, this.userId, this.references), users: 0 };
      this.selections.set(place, selection);
    }
    selection.users += 1;
    return selection.payloads;
  }

  private leave(delivery: Delivery, place: string): void {
    this.deliveries.delete(delivery);
    const selection = this.selections.get(place)!;
    selection.users -= 1;
    if (selection.users === 0) this.selections.delete(place);
    this.endIfEmpty();
  }

  /** For a person nobody listens for there is no work at all. */
  private endIfEmpty(): void {
    if (this.deliveries.size > 0 || this.joining > 0) return;
    audiences.delete(this.userId);
    this.feed?.then(
      (feed) => feed.leave(this),
      () => undefined,
    );
  }
}

const audiences = new Map<string, Audience>();

/** Subscriptions to changes that there are on this process. */
export const countDeliveries = (): number => [...audiences.values()].reduce((sum, { size }) => sum + size, 0);

/**
 * The changes of a person, delivered to a socket.
 * @throws InvalidInputError when the log is not the one whose number the device has; LogCompactedError
 */
export function deliverChanges(
  connection: Connection,
  operationId: string,
  wanted: ChangesDocument,
  request: ChangesRequest,
): Promise<Delivery> {
  const { userId } = connection.viewer!;
  let audience = audiences.get(userId);
  if (!audience) audiences.set(userId, (audience = new Audience(userId)));
  return audience.join(connection, operationId, wanted, request);
}
