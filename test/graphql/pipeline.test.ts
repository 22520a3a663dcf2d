import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError, GraphQLInt, GraphQLObjectType, GraphQLSchema } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { createContext } from '../../src/graphql/context.ts';
import { Pipeline, type Operation } from '../../src/graphql/pipeline.ts';
import { NotFoundError } from '../../src/kernel/errors.ts';

const context = createContext(null);

/** A pipeline whose one subscription gives what `source` does. */
const pipelineOf = (source: () => AsyncIterable<unknown> = never) => {
  const tick = { type: GraphQLInt, subscribe: source, resolve: resolveTick };
  return new Pipeline(
    new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { one: { type: GraphQLInt, resolve: () => 1 } } }),
      subscription: new GraphQLObjectType({ name: 'Subscription', fields: { tick } }),
    }),
  );
};
const resolveTick = (value: unknown) => {
  if (value instanceof Error) throw value;
  return value;
};
const never = async function* () {
  await new Promise(() => undefined);
  yield 1;
};
const prepare = (pipeline: Pipeline, query: string, operationName?: string) =>
  pipeline.prepare({ query, operationName }) as Operation;
const subscribe = async (source: () => AsyncIterable<unknown>) => {
  const pipeline = pipelineOf(source);
  const outcome = await pipeline.subscribe(prepare(pipeline, 'subscription { tick }'), null, context);
  return outcome as AsyncIterableIterator<{ data?: unknown; errors?: readonly GraphQLError[] }>;
};

describe('the pipeline', () => {
  it('reads a document that is valid once, however often it comes', () => {
    const pipeline = pipelineOf();
    const first = prepare(pipeline, '{ one }');
    expect(prepare(pipeline, '{ one }').document).toBe(first.document);
    expect(prepare(pipeline, '{ one  }').document).not.toBe(first.document);
  });

  it('refuses what is not valid each time, with a code', () => {
    const pipeline = pipelineOf();
    for (let i = 0; i < 2; i++) {
      expect(pipeline.prepare({ query: '{ two }' })).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
      expect(() => pipeline.prepare({ query: '{ one' })).toThrow(
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'INVALID_INPUT' }) as object }),
      );
    }
  });

  it('says when it is open which operation is meant', () => {
    const pipeline = pipelineOf();
    const query = 'query A { one } query B { one }';
    expect(pipeline.prepare({ query })).toBeNull();
    expect(prepare(pipeline, query, 'B').definition.name!.value).toBe('B');
    expect(pipeline.prepare({ query, operationName: 'C' })).toBeNull();
  });

  it('keeps only so many documents', () => {
    const pipeline = pipelineOf();
    const first = prepare(pipeline, '{ one }').document;
    for (let i = 0; i < 45; i++) prepare(pipeline, `{ one } #${'x'.repeat(90_000)}${i}`);
    expect(prepare(pipeline, '{ one }').document).not.toBe(first);
  });

  it('ends a stream at once, also while that has nothing to say', async () => {
    const end = vi.fn<() => void>();
    const stream = await subscribe(() => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: async () => (end(), { done: true, value: undefined }),
      }),
    }));
    void stream.next();
    expect(await Promise.race([stream.return!(), sleep(1000, 'late')])).toMatchObject({ done: true });
    expect(end).toHaveBeenCalledOnce();
  });

  it('gives the errors in a stream their codes, and goes on', async () => {
    const stream = await subscribe(async function* () {
      yield new NotFoundError('entry');
      yield 2;
    });
    expect((await stream.next()).value).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect((await stream.next()).value).toEqual({ data: { tick: 2 } });
    expect(await stream.next()).toMatchObject({ done: true });
  });

  it('gives the failure of a stream itself a code', async () => {
    const stream = await subscribe(async function* () {
      yield 1;
      throw new NotFoundError('entry');
    });
    await stream.next();
    await expect(stream.next()).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
  });
});
