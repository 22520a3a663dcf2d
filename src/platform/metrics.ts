import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What this process counts, for Prometheus. Labels have few values, all of our own making: clients choose the names of their
 * operations, so those of the schema's fields stand for them.
 */
const registry = new Registry();

const durations = new Histogram({
  name: 'lifegraph_operation_seconds',
  help: 'How long queries and mutations take, by their field at the root ("several" for more than one)',
  labelNames: ['type', 'field'],
  // From what memory answers to what nobody should have to wait for.
  buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [registry],
});

const errors = new Counter({
  name: 'lifegraph_errors_total',
  help: 'Errors that clients were told, by their code',
  labelNames: ['code'],
  registers: [registry],
});

type Child = ReturnType<typeof durations.labels>;
/** By type and field: to look a child up by its labels takes longer than to count. */
const children = new Map<string, Child>();

/** Counts an operation. @param field a name of the schema, never one of a client's */
export function noteOperation(type: string, field: string, seconds: number): void {
  const key = `${type} ${field}`;
  let child = children.get(key);
  if (!child) children.set(key, (child = durations.labels(type, field)));
  child.observe(seconds);
}

/** Counts an error by its code. */
export const noteError = (code: string): void => errors.inc({ code });

const readers = new Map<string, () => number>();

/** Says how something is measured whenever somebody looks: `name` in the words of Prometheus. The latest reader counts. */
export function measure(name: string, help: string, read: () => number): void {
  if (!readers.has(name)) {
    const collect = function (this: Gauge): void {
      this.set(readers.get(name)!());
    };
    registry.registerMetric(new Gauge({ name, help, registers: [], collect }));
  }
  readers.set(name, read);
}

let isOpen = false;

/** Begins to measure the process itself: memory, processor time, how late the event loop is. */
export function openMetrics(): void {
  if (!isOpen) collectDefaultMetrics({ register: registry });
  isOpen = true;
}

/** Everything, in the text format of Prometheus. */
export const renderMetrics = async (): Promise<{ type: string; text: string }> => ({
  type: registry.contentType,
  text: await registry.metrics(),
});
