import { execute, type ExecutionResult } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Change } from '../../changes/change.ts';
import type { Page } from '../../changes/pages.ts';
import type { Viewer } from '../../kernel/viewer.ts';
import { createContext, type AtHand, type Context } from '../context.ts';
import { toClientError } from '../errors.ts';
import type { ChangesDocument } from './changes-document.ts';
import { joinPayloads, type Payloads } from './frames.ts';
import { payloadBytesMax } from './limits.ts';
import type { KnownReferences } from './known-references.ts';
import { withoutHttp } from './results.ts';

/** Of all selections in this process, by selection and page; the least recently used go first. */
const kept = new LRUCache<string, Payloads>({
  maxSize: payloadBytesMax,
  sizeCalculation: ({ bytes, ends }) => 2 * bytes.length + 8 * ends.length + 200,
});

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
    const place = `${this.name}:${page.after}:${page.lastSeq}`;
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

  private write(changes: readonly Change[], context: Context, place: string): Payloads | Promise<Payloads> {
    const { key, projection } = this.request;
    const results = changes.map((change) => {
      const value = projection.project(change, context);
      return value === undefined ? this.execute(change, context) : `{"data":{"${key}":${value}}}`;
    });
    const join = (all: readonly (string | ExecutionResult)[]) => {
      const payloads = joinPayloads(all.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))));
      // An error may pass: who comes later shall not get it from memory.
      if (!all.some((one) => typeof one === 'object' && one.errors)) kept.set(place, payloads);
      return payloads;
    };
    return results.every((one) => typeof one === 'string') ? join(results) : Promise.all(results).then(join);
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
