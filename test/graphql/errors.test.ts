import { describe, expect, it } from 'vitest';
import { toClientError } from '../../src/graphql/errors.ts';
import { NotFoundError } from '../../src/kernel/errors.ts';

const codeOf = (error: unknown) => toClientError(error).extensions['code'];

describe('a failure as a client sees it', () => {
  it('is UNAVAILABLE when the database has gone, whichever way the driver says so', () => {
    expect(codeOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('UNAVAILABLE');
    expect(codeOf(Object.assign(new Error('shutting down'), { code: '57P01' }))).toBe('UNAVAILABLE');
    for (const cause of [{ originalCode: '57P01', kind: 'postgres' }, { kind: 'ConnectionClosed' }]) {
      const byOrm = { code: 'P2010', meta: { driverAdapterError: { name: 'DriverAdapterError', cause } } };
      expect(codeOf(Object.assign(new Error('raw query failed'), byOrm))).toBe('UNAVAILABLE');
    }
    expect(codeOf(new Error('Connection terminated unexpectedly'))).toBe('UNAVAILABLE');
    expect(codeOf(new Error('timeout exceeded when trying to connect'))).toBe('UNAVAILABLE');
  });

  it('keeps the code of what we expect, and hides the rest', () => {
    expect(codeOf(new NotFoundError('metric'))).toBe('NOT_FOUND');
    const hidden = toClientError(new Error('password of ada is swordfish'));
    expect(hidden.extensions['code']).toBe('INTERNAL');
    expect(JSON.stringify(hidden)).not.toContain('swordfish');
  });
});
