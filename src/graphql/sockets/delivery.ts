import { setImmediate as nextTurn } from 'node:timers/promises';
import { readPage, type Page } from '../../changes/pages.ts';
import { toClientError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { frame } from './frames.ts';
import type { SharedPayloads } from './payloads.ts';
import { withoutHttp } from './results.ts';

/** What a delivery needs to know of the person's log. */
export type Log = { readonly userId: string; readonly head: number };

/**
 * The `changes` of one operation of one socket: a place in the person's log that moves on. To graphql-ws it is a stream
 * that yields nothing; its frames go to the socket directly, made once for all who get the same.
 */
export class Delivery implements AsyncIterableIterator<never> {
  readonly payloads: SharedPayloads;
  private readonly connection: Connection;
  private readonly operationId: string;
  private readonly log: Log;
  private readonly leave: (delivery: Delivery) => void;
  private readonly over = Promise.withResolvers<IteratorResult<never>>();
  /** The number of the last change written. */
  private seq: number;
  private state: 'new' | 'waiting' | 'writing' | 'over' = 'new';

  constructor(
    connection: Connection,
    operationId: string,
    log: Log,
    seq: number,
    payloads: SharedPayloads,
    leave: (delivery: Delivery) => void,
  ) {
    this.connection = connection;
    this.operationId = operationId;
    this.log = log;
    this.seq = seq;
    this.payloads = payloads;
    this.leave = leave;
  }

  /** graphql-ws asks once, when the operation is known to it: from then on frames may be written. */
  next(): Promise<IteratorResult<never>> {
    if (this.state === 'new') {
      this.state = 'waiting';
      this.advance();
    }
    return this.over.promise;
  }

  return(): Promise<IteratorResult<never>> {
    this.end();
    this.over.resolve({ done: true, value: undefined });
    return this.over.promise;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** To be called when the log has become longer. */
  advance(): void {
    if (this.state === 'waiting') void this.writeAll();
  }

  /** Writes what there is. Without waiting when everything is at hand: that is how a live change goes out. */
  private async writeAll(): Promise<void> {
    this.state = 'writing';
    try {
      for (let ahead: Page | Promise<Page> | undefined; this.isWriting && this.seq < this.log.head;) {
        const reading = ahead ?? readPage(this.log.userId, this.seq);
        const page = reading instanceof Promise ? await reading : reading;
        // What was read ahead may have come too early: then it is read again.
        if (page.changes.length === 0 && !ahead) break;
        ahead = page.isFull ? readPage(this.log.userId, page.lastSeq, page) : undefined;
        if (ahead instanceof Promise) await letGoOut(ahead);
        await this.writePage(page);
      }
      if (this.isWriting) this.state = 'waiting';
    } catch (error) {
      this.end();
      this.over.reject(withoutHttp(toClientError(error)));
    }
  }

  private get isWriting(): boolean {
    return this.state === 'writing' && this.connection.isOpen;
  }

  private async writePage(page: Page): Promise<void> {
    const making = this.payloads.of(page);
    const payloads = making instanceof Promise ? await making : making;
    for (const piece of frame(this.operationId, payloads)) {
      if (this.connection.isFull && !(await this.connection.drain())) return;
      if (!this.isWriting) return;
      this.connection.write(piece);
    }
    this.seq = page.lastSeq;
  }

  private end(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.leave(this);
  }
}

/** Lets a question for the next page go out: it is answered while this one is written. */
async function letGoOut(asking: Promise<Page>): Promise<void> {
  asking.catch(() => undefined);
  await nextTurn();
}
