import { buildSchema, getOperationAST, parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createContext } from '../../src/graphql/context.ts';
import { heavy, refuseOperation } from '../../src/graphql/operation-throttles.ts';
import { Pipeline, type Operation } from '../../src/graphql/pipeline.ts';
import { newId } from '../../src/kernel/ids.ts';
import { closeThrottles, openThrottles } from '../../src/platform/throttles.ts';

const schema = buildSchema(`
  type Query { light: Int heavy: Int }
  type Mutation { write: Int }
  type Subscription { tick: Int }
`);
schema.getQueryType()!.getFields()['heavy']!.extensions = heavy;

const read = (text: string): Operation => {
  const document = parse(text);
  return { document, definition: getOperationAST(document)! };
};
const somebody = () => createContext({ userId: newId(), deviceId: newId() });
const stranger = (address: string | null) => createContext(null, false, { address, accessToken: null });
/** How often an operation is let through at once. */
const countPassing = (text: string, context = somebody()): number => {
  const operation = read(text);
  let passing = 0;
  while (passing < 5000 && !refuseOperation(schema, operation, context)) passing += 1;
  return passing;
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  openThrottles({ redisUrl: undefined, isOff: false });
});
afterEach(async () => {
  await closeThrottles();
  vi.useRealTimers();
});

describe('the throttle of operations', () => {
  it('has a limit for each class, and each person', () => {
    expect(countPassing('{ light }')).toBe(2000);
    expect(countPassing('mutation { write }')).toBe(1000);
    expect(countPassing('subscription { tick }')).toBe(200);
  });

  it('lets nobody be held up by somebody else, nor reads by writes', () => {
    const writer = somebody();
    countPassing('mutation { write }', writer);
    expect(refuseOperation(schema, read('mutation { write }'), writer)).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterSeconds: 1 },
    });
    expect(refuseOperation(schema, read('{ light }'), writer)).toBeNull();
    expect(refuseOperation(schema, read('mutation { write }'), somebody())).toBeNull();
  });

  it('counts strangers by address, whatever they ask', () => {
    expect(countPassing('{ light }', stranger('192.0.2.1'))).toBe(500);
    expect(refuseOperation(schema, read('mutation { write }'), stranger('192.0.2.1'))).not.toBeNull();
    expect(refuseOperation(schema, read('mutation { write }'), stranger('192.0.2.2'))).toBeNull();
  });

  it('counts what is heavy as twenty, and what is under aliases and in fragments each time', () => {
    expect(countPassing('{ heavy }')).toBe(100);
    expect(countPassing('{ a: light b: light }')).toBe(1000);
    expect(countPassing('{ ...A ...A ... { ...A } } fragment A on Query { light heavy }')).toBe(Math.floor(2000 / 63));
  });

  it('is over soon', () => {
    const writer = somebody();
    countPassing('mutation { write }', writer);
    vi.advanceTimersByTime(1000);
    expect(countPassing('mutation { write }', writer)).toBe(100);
  });

  it('survives a document whose fragments double, and one that weighs more than all there is', () => {
    const doubling = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const text = `{ ...F0 } ${doubling.join(' ')} fragment F60 on Query { light }`;
    expect(countPassing(text)).toBe(1);
  });

  it('answers with the refusal instead of running anything', async () => {
    const pipeline = new Pipeline(schema);
    const context = stranger('192.0.2.3');
    countPassing('{ light }', context);
    const refused = { errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }] };
    expect(await pipeline.execute(read('{ light }'), null, context)).toMatchObject(refused);
    expect(await pipeline.subscribe(read('subscription { tick }'), null, context)).toMatchObject(refused);
    expect(await pipeline.execute(read('{ light }'), null, stranger('192.0.2.4'))).toEqual({ data: { light: null } });
  });

  it('counts nothing when it is off', async () => {
    await closeThrottles();
    expect(countPassing('{ light }')).toBe(5000);
  });
});
