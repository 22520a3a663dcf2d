import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { posix } from 'node:path';

/** The source code: path from the root of the repository, with slashes, to text. */
export type Sources = ReadonlyMap<string, string>;

/** Files of `src/`. */
export function readSources(): Sources {
  const root = join(import.meta.dirname, '../..');
  const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  );
  return new Map(
    paths.map((path) => [`src/${path.replaceAll('\\', '/')}`, readFileSync(join(root, 'src', path), 'utf8')]),
  );
}

const linesMax = 250;

/** What is wrong with the architecture, a sentence for each; empty when all is well. */
export function findViolations(sources: Sources): string[] {
  return [...[...sources].flatMap(([path, text]) => checkFile(path, text)), ...findCycles(sources)];
}

function checkFile(path: string, text: string): string[] {
  const code = withoutComments(text);
  return [
    ...readImports(path, text).flatMap((target) => checkImport(path, target)),
    ...checkWords(path, code),
    ...checkName(path),
    ...checkSize(path, text),
  ];
}

/** Floors of docs/architecture.md: a file may import from its own and from those below. A large graphql.ts has parts, graphql-….ts. */
function floorOf(path: string): number {
  const [, folder = '', domain, name] = path.split('/');
  if (folder === 'config.ts' || folder === 'kernel' || folder === 'analysis') return 0;
  if (folder === 'platform') return 1;
  if (folder === 'changes') return 2;
  if (folder === 'domains' && domain)
    return name === 'domain.ts' ? 6 : /^(graphql(-[a-z-]+)?|http)\.ts$/.test(name ?? '') ? 5 : 3;
  if (folder === 'graphql') return /^((schema|server|http-lane|print)\.ts|sockets)$/.test(domain ?? '') ? 7 : 4;
  return folder === 'domains.ts' ? 6 : 7;
}

const floorNames = [
  'kernel, analysis and config',
  'platform',
  'changes',
  'a domain',
  'the GraphQL kit',
  "a domain's graphql.ts or http.ts",
  'domain.ts and domains.ts',
  'schema, server, http-lane, sockets, processes and main',
];

function checkImport(path: string, target: string): string[] {
  if (!target.startsWith('src/')) return checkPackage(path, target);
  const [from, to] = [floorOf(path), floorOf(target)];
  if (to > from) {
    return [
      `${path} imports ${target}: imports go downward only, and ${floorNames[from]} stand below ${floorNames[to]}.`,
    ];
  }
  if (from === 0 && folderOf(path) !== folderOf(target)) {
    return [`${path} imports ${target}: kernel, analysis and config import nothing of ours but their own folder.`];
  }
  if (path.endsWith('/domain.ts') && to >= 3 && folderOf(path) !== folderOf(target)) {
    return [`${path} imports ${target}: a domain's manifest speaks of its own folder alone.`];
  }
  return [];
}

function checkPackage(path: string, target: string): string[] {
  const isGraphql = target === 'graphql' || target.startsWith('@pothos/');
  if (isGraphql && !/^src\/(graphql\/|domains\/[^/]+\/graphql(-[a-z-]+)?\.ts$)/.test(path)) {
    return [
      `${path} imports ${target}: only src/graphql and a domain's graphql.ts know of GraphQL; domains must be usable without it.`,
    ];
  }
  // The kernels as bytes: arithmetic like the rest, compiled by scripts/generate.ts from src/analysis/kernels/wasm.
  const isKernels = path.startsWith('src/analysis/kernels/') && target === 'generated/kernels.ts';
  if (path.startsWith('src/analysis/') && !isKernels) {
    return [`${path} imports ${target}: the analysis is pure arithmetic: it imports itself and nothing else.`];
  }
  return [];
}

function checkWords(path: string, code: string): string[] {
  const found: string[] = [];
  if (
    path !== 'src/config.ts' &&
    /\bprocess\.env\b|\bprocess\[['"]env|import\s*\{[^}]*\benv\b[^}]*\}\s*from\s*['"]node:process/.test(code)
  ) {
    found.push(`${path} reads process.env: settings are read in src/config.ts alone, typed and explained.`);
  }
  if (/^\s*export\s+default\b|\bas default\b/m.test(code))
    found.push(`${path} has a default export: a thing has one name everywhere.`);
  return found;
}

function checkName(path: string): string[] {
  const name = posix.basename(path, '.ts');
  const saysNothing = /^(utils?|helpers?|managers?|services?|common|misc|shared|index)$/.test(name);
  if (saysNothing || path.split('/').some((part) => /^(utils?|helpers?|common|misc|shared)$/.test(part))) {
    return [`${path} has a name that says nothing: name the thing it is about.`];
  }
  return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${path} is not in kebab-case.`];
}

function checkSize(path: string, text: string): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > linesMax
    ? [`${path} has ${lines} lines; beyond ${linesMax} a file is about more than one thing.`]
    : [];
}

/** Everything a file imports, loads or starts as a thread: paths of ours below src/, names of packages otherwise. */
function readImports(path: string, text: string): string[] {
  const code = withoutComments(text);
  const patterns = [
    /\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(?\s*['"]([^'"]+)['"]/g,
    /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]/g,
  ];
  const targets = patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]!));
  return [
    ...new Set(targets.map((target) => (target.startsWith('.') ? posix.join(posix.dirname(path), target) : target))),
  ];
}

/** Rings of files that import each other, each named once. */
function findCycles(sources: Sources): string[] {
  const state = new Map<string, 'open' | 'done'>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      const ring = [...trail.slice(trail.indexOf(path)), path];
      found.push(`${ring.join(' -> ')}: these import each other in a ring; the lower one must not know the upper one.`);
      return;
    }
    state.set(path, 'open');
    for (const target of readImports(path, sources.get(path)!))
      if (sources.has(target)) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of sources.keys()) visit(path, []);
  return found;
}

/** The folder a file belongs to; for src/domains/x/y.ts the domain's. */
const folderOf = (path: string): string =>
  posix.dirname(path) === 'src'
    ? path
    : path
        .split('/')
        .slice(0, path.startsWith('src/domains/') ? 3 : 2)
        .join('/');

/** Good enough for code that the formatter has seen: a comment begins its line, or follows a blank. */
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
