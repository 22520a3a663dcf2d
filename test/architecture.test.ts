import { describe, expect, it } from 'vitest';
import { findViolations, readSources } from './setup/architecture.ts';

describe('the architecture', () => {
  it('is as docs/architecture.md draws it', () => {
    const sources = readSources();
    expect(sources.size).toBeGreaterThan(50);
    expect(findViolations(sources)).toEqual([]);
  });
});

describe('the checker of the architecture', () => {
  const violationsOf = (files: Record<string, string>) => findViolations(new Map(Object.entries(files)));

  it('is content with what is allowed', () => {
    const files = {
      'src/main.ts': `import { x } from './processes/web.ts'; import { c } from './config.ts';`,
      'src/config.ts': `export const port = process.env['PORT'];`,
      'src/kernel/errors.ts': `// it is not process.env that matters here\nexport class Oops extends Error {}`,
      'src/kernel/validate.ts': `import { Oops } from './errors.ts';`,
      'src/analysis/kernels/instance.ts': `import { kernelBytes } from '../../../generated/kernels.ts';`,
      'src/analysis/trend.ts': `import { ranks } from './ranks.ts';`,
      'src/changes/replay.ts': `import { sql } from '../platform/database.ts';`,
      'src/platform/database.ts': `import { Oops } from '../kernel/errors.ts';`,
      'src/domains/metrics/metrics.ts': `import { sql } from '../../platform/database.ts';`,
      'src/domains/metrics/graphql.ts': `import { GraphQLError } from 'graphql'; import { b } from '../../graphql/builder.ts';`,
      'src/domains/entries/entries.ts': `import { m } from '../metrics/metrics.ts';`,
      'src/domains/entries/graphql.ts': `import { Metric } from '../metrics/graphql.ts'; import { e } from './entries.ts';`,
      'src/domains/entries/http.ts': `import { e } from './entries.ts';`,
      'src/domains/entries/domain.ts': `export const entries = { load: () => import('./graphql.ts') };`,
      'src/domains.ts': `import { entries } from './domains/entries/domain.ts';`,
      'src/graphql/builder.ts': `import SchemaBuilder from '@pothos/core';`,
      'src/graphql/schema.ts': `import { domains } from '../domains.ts';`,
      'src/processes/web.ts': `import { s } from '../graphql/schema.ts'; import { domains } from '../domains.ts';`,
    };
    expect(violationsOf(files)).toEqual([]);
  });

  const bad: [rule: string, path: string, text: string, says: RegExp][] = [
    ['kernel imports platform', 'src/kernel/x.ts', `import { sql } from '../platform/database.ts';`, /downward/],
    ['kernel imports config', 'src/kernel/x.ts', `import { c } from '../config.ts';`, /nothing of ours/],
    ['config imports kernel', 'src/config.ts', `import { c } from './kernel/ids.ts';`, /nothing of ours/],
    ['analysis imports kernel', 'src/analysis/x.ts', `import { c } from '../kernel/ids.ts';`, /nothing of ours/],
    ['analysis imports a package', 'src/analysis/x.ts', `import { readFileSync } from 'node:fs';`, /pure arithmetic/],
    ['platform imports changes', 'src/platform/x.ts', `import { c } from '../changes/replay.ts';`, /downward/],
    ['changes import a domain', 'src/changes/x.ts', `import { c } from '../domains/metrics/metrics.ts';`, /downward/],
    [
      'a type counts as well',
      'src/changes/x.ts',
      `import type { C } from '../domains/metrics/metrics.ts';`,
      /downward/,
    ],
    [
      'an export from counts as well',
      'src/changes/x.ts',
      `export { c } from '../domains/metrics/metrics.ts';`,
      /downward/,
    ],
    [
      'an import that is loaded late counts as well',
      'src/changes/x.ts',
      `const c = await import('../domains/metrics/metrics.ts');`,
      /downward/,
    ],
    [
      'a thread counts as well',
      'src/changes/x.ts',
      `start(new URL('../domains/metrics/metrics.ts', import.meta.url));`,
      /downward/,
    ],
    [
      'a domain imports the GraphQL kit',
      'src/domains/metrics/x.ts',
      `import { b } from '../../graphql/builder.ts';`,
      /downward/,
    ],
    [
      'a domain imports its own graphql.ts',
      'src/domains/metrics/x.ts',
      `import { b } from './graphql.ts';`,
      /downward/,
    ],
    [
      "a domain imports another's graphql.ts",
      'src/domains/metrics/x.ts',
      `import { b } from '../entries/graphql.ts';`,
      /downward/,
    ],
    ['the kit imports a domain', 'src/graphql/x.ts', `import { b } from '../domains/metrics/graphql.ts';`, /downward/],
    [
      'a graphql.ts imports the schema',
      'src/domains/metrics/graphql.ts',
      `import { s } from '../../graphql/schema.ts';`,
      /downward/,
    ],
    [
      "a manifest imports another domain's",
      'src/domains/metrics/domain.ts',
      `import { e } from '../entries/domain.ts';`,
      /manifest/,
    ],
    [
      'a domain imports graphql',
      'src/domains/metrics/metrics.ts',
      `import { GraphQLError } from 'graphql';`,
      /know of GraphQL/,
    ],
    ['a process imports Pothos', 'src/processes/x.ts', `import SchemaBuilder from '@pothos/core';`, /know of GraphQL/],
    ['process.env outside of config', 'src/platform/x.ts', `const a = process.env.HOME;`, /process\.env/],
    [
      'env of node:process outside of config',
      'src/platform/x.ts',
      `import { env } from 'node:process';`,
      /process\.env/,
    ],
    ['a default export', 'src/kernel/x.ts', `export default function f() {}`, /default export/],
    ['a name that says nothing', 'src/kernel/utils.ts', `export const a = 1;`, /says nothing/],
    ['a folder that says nothing', 'src/common/thing.ts', `export const a = 1;`, /says nothing/],
    ['a name that is not in kebab-case', 'src/kernel/myThing.ts', `export const a = 1;`, /kebab-case/],
    ['a file that is too long', 'src/kernel/x.ts', 'export const a = 1;\n'.repeat(251), /251 lines/],
    ['a file that imports itself', 'src/kernel/x.ts', `import { a } from './x.ts';`, /ring/],
  ];

  it.each(bad)('catches it when %s', (_, path, text, says) => {
    const [violation, ...more] = violationsOf({ [path]: text });
    expect(violation).toMatch(says);
    expect(violation).toContain(path);
    expect(more).toEqual([]);
  });

  it('catches rings of several files', () => {
    const ring = {
      'src/kernel/a.ts': `import './b.ts';`,
      'src/kernel/b.ts': `import type { C } from './c.ts';`,
      'src/kernel/c.ts': `export * from './a.ts';`,
      'src/kernel/d.ts': `import './a.ts';`,
    };
    expect(violationsOf(ring)).toEqual([
      expect.stringContaining('src/kernel/a.ts -> src/kernel/b.ts -> src/kernel/c.ts -> src/kernel/a.ts'),
    ]);
  });
});
