/**
 * Makes what is in generated/, where it is missing or older than what it comes from: the Prisma client with the Pothos
 * types, and the WebAssembly of src/analysis/kernels/.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const generated = join(root, 'generated');

bringUpToDate('stamp', listFiles('prisma/schema'), ['prisma', '@pothos/plugin-prisma'], makePrismaClient);
bringUpToDate('kernels.stamp', listFiles('src/analysis/kernels/wasm', '.ts'), ['assemblyscript'], makeKernels);

/** Makes it when the files that it comes from, or the versions of the packages that make it, are not those of its stamp. */
function bringUpToDate(stampName: string, sources: string[], packages: string[], make: (sources: string[]) => void) {
  const stampFile = join(generated, stampName);
  const manifests = packages.map((name) => join(root, 'node_modules', name, 'package.json'));
  const stamp = hashFiles([...sources, ...manifests]);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  mkdirSync(generated, { recursive: true });
  make(sources);
  writeFileSync(stampFile, stamp);
}

function makePrismaClient(): void {
  const bin = join(root, 'node_modules', '.bin');
  // Prisma looks for its second generator in the PATH; this script also works outside of npm.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
  runNode(['node_modules/prisma/build/index.js', 'generate'], env);
}

/** The WebAssembly as a module of its bytes, so that whoever loads it reads no file. */
function makeKernels(sources: string[]): void {
  const binary = join(generated, 'kernels.wasm');
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd', '--use', 'abort='];
  runNode(['node_modules/assemblyscript/bin/asc.js', ...sources, ...options, '--outFile', binary]);
  const bytes = readFileSync(binary).join(',');
  writeFileSync(join(generated, 'kernels.ts'), `export const kernelBytes = Uint8Array.of(${bytes});\n`);
  rmSync(binary);
}

function runNode(command: string[], env = process.env): void {
  execFileSync(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
}

function listFiles(folder: string, ending = ''): string[] {
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(root, folder, name));
}

function hashFiles(files: string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex');
}
