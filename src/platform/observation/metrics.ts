import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/**
 * What this process counts, for Prometheus. Labels have few values, all of our own making: clients choose the names of their
 * operations, so those of the schema's fields stand for them.
 */
export const registry = new Registry();

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

const responses = new Counter({
  name: 'lifegraph_responses_total',
  help: 'Answers over HTTP by route and status; "gone" when the client had left',
  labelNames: ['route', 'status'],
  registers: [registry],
});

type Counted = ReturnType<typeof responses.labels>;
const counted = new Map<string, Counted>();

/** Counts an answer over HTTP. @param route of our own making: method and first part of the path */
export function noteResponse(route: string, status: number | null): void {
  const key = `${route} ${status}`;
  let child = counted.get(key);
  if (!child) counted.set(key, (child = responses.labels(route, String(status ?? 'gone'))));
  child.inc();
}

const wakeUpLag = new Histogram({
  name: 'lifegraph_wakeup_lag_seconds',
  help: 'From the beginning of a write, by the clock of the database, until this process had it for those who follow',
  // A wake-up takes milliseconds; what took seconds was found by the heartbeat.
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  registers: [registry],
});

/** Notes that a change written at that time has arrived at its followers here. */
export const noteArrival = (at: Date): void => wakeUpLag.observe(Math.max(0, Date.now() - at.getTime()) / 1000);

const closings = new Counter({
  name: 'lifegraph_socket_closings_total',
  help: 'Sockets that were closed, by their code; "other" for codes of clients that are none of ours',
  labelNames: ['code'],
  registers: [registry],
});

/** Clients may close with any code: those that say something here. */
const closeCodes = new Set([1000, 1001, 1005, 1006, 1009, 1011, 1012, 4400, 4401, 4403, 4408, 4409, 4410, 4429]);

/** Counts a socket that was closed. */
export const noteClosing = (code: number): void =>
  closings.inc({ code: closeCodes.has(code) ? String(code) : 'other' });

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
