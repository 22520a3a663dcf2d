import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as documents from '../../../clients/typescript/src/documents.ts';

describe('the documents of the client', () => {
  const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../schema.graphql'), 'utf8'));
  const texts = Object.entries(documents).filter(([, value]) => typeof value === 'string') as [string, string][];

  it.each(texts)('%s is what the API has', (_, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });
});
