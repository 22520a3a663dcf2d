import pg from 'pg';
import { vi } from 'vitest';
import { currentRequest } from '../../src/platform/observation/requests.ts';

/** What the database was asked: the text, and the values as JSON; by a request, or else by a job or a timer. */
export type Statement = { text: string; values: string; isOfRequest: boolean };

/** Notes from now on what this process asks the database, in the list that is returned. */
export function recordStatements(): Statement[] {
  const statements: Statement[] = [];
  const query = pg.Client.prototype.query as (...all: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: unknown, ...all: unknown[]) {
    const [first, values] = all as [string | { text?: string; values?: unknown[] }, unknown];
    const [text, given] = typeof first === 'string' ? [first, values] : [first.text ?? '', first.values ?? values];
    statements.push({ text, values: JSON.stringify(given) ?? '', isOfRequest: currentRequest() !== undefined });
    return query.apply(this, all);
  } as never);
  return statements;
}
