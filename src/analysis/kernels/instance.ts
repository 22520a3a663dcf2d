import { kernelBytes } from '../../../generated/kernels.ts';
import { type Address, planScratch, type ScratchPlan } from './memory-plan.ts';

/**
 * What wasm/ exports; each function is explained there. The sources are AssemblyScript, which `scripts/generate.ts`
 * compiles: 128-bit vectors are what JavaScript has no words for. They know nothing but addresses and counts, check
 * neither, and keep no state.
 */
export type Kernels = {
  findLargest: (values: Address, days: number) => number;
  markPresence: (values: Address, days: number, presence: Address, bits: Address, missing: Address) => number;
  centre: (values: Address, days: number, unit: number, present: number, sums: Address) => void;
  pairDays: (a: Address, b: Address, words: number, lag: number, out: Address) => number;
  countDistances: (days: Address, words: number, furthest: number, out: Address) => void;
  sumProductLanes: (x: Address, rows: Address, step: number, days: number, out: Address) => void;
  sumPickedLanes: (rows: Address, step: number, days: Address, count: number, out: Address) => void;
  weaveColumns: (columns: Address, days: number, out: Address) => void;
  rankLanes: (
    order: Address,
    segments: Address,
    segmentCount: number,
    presence: Address,
    counts: Address,
    rows: Address,
    ties: Address,
  ) => void;
  clearRows: (days: Address, count: number, rows: Address) => void;
  turnRows: (rows: Address, days: number, out: Address, stride: number) => void;
  sumRankProducts: (x: Address, y: Address, days: number, steps: number) => number;
};

/** What is used of the JavaScript API of WebAssembly; Node has it, its types have not. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (limits: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Instance: new (module: object, imports: object) => { exports: unknown };
};

const PAGE_BYTES = 65_536;

let compiled: object | undefined;

/** The kernels and the memory they work in. */
export type Workplace = { kernels: Kernels; buffer: ArrayBuffer; scratch: ScratchPlan; length: number };

/** A workplace for columns of so many days that take up the first `columnBytes` of its memory; all is zero there. */
export function openWorkplace(length: number, columnBytes: number): Workplace {
  compiled ??= new WebAssembly.Module(kernelBytes);
  const scratch = planScratch(columnBytes, length);
  const pages = Math.ceil(scratch.end / PAGE_BYTES);
  // It never grows: growing would detach every view of it.
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return { kernels: exports as Kernels, buffer: memory.buffer, scratch, length };
}
