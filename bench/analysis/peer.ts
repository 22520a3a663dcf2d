import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Seconds of each repetition of just the computing, and what was computed. */
export type PeerRun = { seconds: number[]; outputs: Record<string, Float64Array> };

/** There is nothing on this machine to compare with. */
export class NoPeerError extends Error {}

const execute = promisify(execFile);
const modules = ['numpy', 'scipy', 'pandas', 'statsmodels'];
const suffix = '.f64';

/**
 * Runs a Python script of peers/ on the inputs. Arrays travel as files of raw little-endian doubles; reading, writing
 * and imports are not in its seconds.
 * @param script its file name, such as 'pearson_matrix.py'
 * @param parameters anything JSON can carry
 * @throws NoPeerError when there is no Python with the libraries that the scripts compare with
 */
export async function runPeer(
  script: string,
  inputs: Record<string, Float64Array>,
  parameters: object,
): Promise<PeerRun> {
  const python = await findPython();
  const folder = await mkdtemp(join(tmpdir(), 'lifegraph-peer-'));
  try {
    await writeInputs(folder, inputs, parameters);
    await execute(python, [join(import.meta.dirname, 'peers', script), folder], { env: withoutByteCode() });
    return await readRun(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

let found: Promise<string> | undefined;

/** The first Python that has them all: the one in the PATH need not be the one that the system's packages belong to. */
function findPython(): Promise<string> {
  found ??= firstWithModules(['python3', '/usr/bin/python3']);
  return found;
}

async function firstWithModules(candidates: readonly string[]): Promise<string> {
  const check = `import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in ${JSON.stringify(modules)}))`;
  for (const candidate of candidates) {
    const hasAll = await execute(candidate, ['-c', check]).then(
      () => true,
      () => false,
    );
    if (hasAll) return candidate;
  }
  throw new NoPeerError(`The comparison needs python3 with ${modules.join(', ')}; there is none on this machine.`);
}

async function writeInputs(folder: string, inputs: Record<string, Float64Array>, parameters: object): Promise<void> {
  await writeFile(join(folder, 'parameters.json'), JSON.stringify(parameters));
  for (const [name, values] of Object.entries(inputs)) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    await writeFile(join(folder, `input-${name}${suffix}`), bytes);
  }
}

async function readRun(folder: string): Promise<PeerRun> {
  const prefix = 'output-';
  const outputs: Record<string, Float64Array> = {};
  for (const file of await readdir(folder)) {
    if (!file.startsWith(prefix)) continue;
    const bytes = await readFile(join(folder, file));
    // Copied: a Buffer may begin anywhere in its memory, doubles only at multiples of 8.
    outputs[file.slice(prefix.length, -suffix.length)] = new Float64Array(new Uint8Array(bytes).buffer);
  }
  return { seconds: JSON.parse(await readFile(join(folder, 'seconds.json'), 'utf8')) as number[], outputs };
}

const withoutByteCode = () => ({ ...process.env, PYTHONDONTWRITEBYTECODE: '1' });
