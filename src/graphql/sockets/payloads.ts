import { execute, type ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Change } from '../../changes/change.ts';
import type { Page } from '../../changes/pages.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { onErasure } from '../../platform/forgetting/erasures.ts';
import { createContext, type AtHand, type Context } from '../context.ts';
import { toClientError } from '../errors.ts';
import type { ChangesDocument } from './changes-document.ts';
import type { Payloads } from './frames.ts';
import { JsonBytes } from './json-bytes.ts';
import { payloadBytesMax } from './limits.ts';
import type { KnownReferences } from './known-references.ts';
import { withoutHttp } from './results.ts';

/** Of all selections in this process, by person, selection and page; the least recently used go first. */
const kept = new LRUCache<string, Payloads>({
  maxSize: payloadBytesMax,
  sizeCalculation: ({ bytes, ends }) => 2 * bytes.length + 8 * ends.length + 200,
});
onErasure((userId) => {
  for (const place of kept.keys()) if (place.startsWith(userId)) kept.delete(place);
});

/** What the engine has made of changes. */
type Executed = Map<Change, ExecutionResult>;

/** Payloads are written one page after the other, and copied from here. */
const target = new JsonBytes();
const closing = Buffer.from('}}');

let selections = 0;

/**
 * What one person's devices with the same selection get: each change is executed once, however many they are. The device
 * plays no part in it; who it is for does.
 *
 * A payload shows fields outside of the snapshot (the metric of an entry) as they were when the first device got it, or
 * later: whatever has changed since comes with a later number.
 */
export class SharedPayloads {
  private readonly name = (selections += 1);
  private readonly running = new Map<string, Promise<Payloads>>();
  private readonly request: ChangesDocument;
  private readonly variables: Record<string, unknown>;
  private readonly viewer: Viewer;
  private readonly references: KnownReferences;

  constructor(
    request: ChangesDocument,
    variables: Record<string, unknown>,
    userId: string,
    references: KnownReferences,
  ) {
    this.request = request;
    this.variables = variables;
    this.viewer = { userId, deviceId: null };
    this.references = references;
  }

  /** The payloads of a page, at once when they can be. */
  of(page: Page): Payloads | Promise<Payloads> {
    const place = `${this.viewer.userId}:${this.name}:${page.after}:${page.lastSeq}`;
    const known = kept.get(place) ?? this.running.get(place);
    if (known) return known;
    const made = this.make(page, place);
    if (!(made instanceof Promise)) return made;
    this.running.set(place, made);
    return made.finally(() => this.running.delete(place));
  }

  private make(page: Page, place: string): Payloads | Promise<Payloads> {
    const write = (atHand: AtHand) => this.write(page.changes, { ...createContext(this.viewer), atHand }, place);
    const atHand = this.references.findAll(this.request.projection.references, page.changes);
    return atHand instanceof Promise ? atHand.then(write) : write(atHand);
  }

  /** @param executed what the engine has said of changes that the projection leaves to it; they are written when it has */
  private write(
    changes: readonly Change[],
    context: Context,
    place: string,
    executed: Executed = new Map(),
  ): Payloads | Promise<Payloads> {
    const { payloads, left } = this.writeAll(changes, context, executed);
    if (left.length > 0)
      return Promise.all(left.map(async (change) => executed.set(change, await this.execute(change, context)))).then(
        () => this.write(changes, context, place, executed),
      );
    // An error may pass: who comes later shall not get it from memory.
    if (![...executed.values()].some(({ errors }) => errors)) kept.set(place, payloads);
    return payloads;
  }

  private writeAll(changes: readonly Change[], context: Context, executed: Executed) {
    const ends: number[] = [];
    const left: Change[] = [];
    target.clear();
    for (const change of changes) {
      const result = executed.get(change);
      const isWritten = result ? target.write(result) : this.project(change, context);
      if (!isWritten) left.push(change);
      ends.push(target.length);
    }
    return { payloads: { bytes: target.read(), ends }, left };
  }

  private project(change: Change, context: Context): boolean {
    const { opening, projection } = this.request;
    const start = target.length;
    target.writeRaw(opening);
    const isComplete = projection.project(change, context, target);
    if (isComplete) target.writeRaw(closing);
    else target.truncate(start);
    return isComplete;
  }

  /** The engine itself, for what the projection leaves to it. */
  private async execute(change: Change, context: Context): Promise<ExecutionResult> {
    const { document, operation, schema } = this.request;
    const result = await execute({
      schema,
      document,
      operationName: operation.name?.value,
      variableValues: this.variables,
      contextValue: context,
      rootValue: change,
    });
    if (!result.errors) return { data: result.data };
    return { ...result, errors: result.errors.map((error) => withoutHttp(toClientError(error))) };
  }
}
