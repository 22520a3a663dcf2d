import { readdirSync, readFileSync } from 'node:fs';

/** Process ids by what the process does. */
export type Processes = Record<string, number>;

/** Seconds of processor time by what the process does. */
export type ProcessorTime = Record<string, number>;

/** Linux counts a process's time in hundredths of a second. */
const ticksPerSecond = 100;

type Stat = { parent: number; own: number; reaped: number };

/** Runs `work` and says what it cost each process, with the processes that these have started. This one counts alone. */
export async function measureProcessorTime<Result>(
  processes: Processes,
  work: () => Promise<Result>,
): Promise<{ result: Result; time: ProcessorTime }> {
  const before = readProcessorTime(processes);
  const result = await work();
  const after = readProcessorTime(processes);
  const time = Object.fromEntries(Object.keys(processes).map((name) => [name, after[name]! - before[name]!]));
  return { result, time };
}

function readProcessorTime(processes: Processes): ProcessorTime {
  const stats = readStats();
  const ticksOf = (pid: number): number => (pid === process.pid ? (stats.get(pid)?.own ?? 0) : sumFamily(stats, pid));
  return Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, ticksOf(pid) / ticksPerSecond]));
}

/** PostgreSQL has a process for each connection; one that has ended is in the time its parent has reaped. */
function sumFamily(stats: ReadonlyMap<number, Stat>, pid: number): number {
  const { own = 0, reaped = 0 } = stats.get(pid) ?? {};
  const children = [...stats].filter(([, { parent }]) => parent === pid);
  return children.reduce((sum, [child]) => sum + sumFamily(stats, child), own + reaped);
}

/** All processes of the machine. */
function readStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null;
    if (stat) stats.set(Number(name), stat);
  }
  return stats;
}

function readStat(name: string): Stat | null {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'latin1');
    // The name of the program stands in parentheses and may hold blanks: what follows it is counted from its end.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1]!, own: fields[11]! + fields[12]!, reaped: fields[13]! + fields[14]! };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}
