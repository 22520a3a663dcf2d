import { findProblem, findTextProblem } from '../diaries/entry-parts.ts';
import { NamedMetrics } from '../diaries/named-metrics.ts';
import { Moments } from '../diaries/moments.ts';
import { Waiting } from '../diaries/waiting.ts';
import type { Reading, Row } from '../../format.ts';
import { importLimits } from '../../input.ts';
import { findNonsense, toTarget, type Attribute, type Target } from './attributes.ts';
import { toKind, toValue } from './kinds.ts';

/** A part of an attribute: what a field holds, or why it could not be read. */
export type Part = { value?: unknown; problem?: string };

type Waiter = { row: number; part: Part };

/** Rows of a batch. */
const batch = 2000;

/** Puts attributes together from their parts. Values wait until all is known that the file says of them. */
export class AttributeValues {
  /** Values met so far. */
  count = 0;
  private readonly reading: Reading;
  private readonly metrics: NamedMetrics;
  private readonly moments = new Moments();
  /** Names of metrics, and the attribute each belongs to. */
  private readonly owners = new Map<string, string>();
  private readonly waiting = new Waiting<Waiter>();
  private index: string | number | undefined;
  private fields = new Map<string, unknown>();

  constructor(reading: Reading) {
    this.reading = reading;
    this.metrics = new NamedMetrics(reading);
  }

  get isFull(): boolean {
    return this.waiting.isFull;
  }

  /** Whether what stands at this place is of another attribute than what came before. */
  isOther(index: string | number | undefined): boolean {
    return this.index !== index;
  }

  take(index: string | number | undefined, field: string, part: Part): void {
    if (this.isOther(index)) this.fields = new Map();
    this.index = index;
    if (field !== 'values') return void this.fields.set(field, part.value);
    this.waiting.add({ row: ++this.count, part }, JSON.stringify(part.value ?? null).length);
  }

  /** The document ends: what comes next is of another attribute, whatever its place. */
  close(): void {
    this.index = undefined;
  }

  /** The values that wait, as entries of the attribute they belong to. */
  *settle(): Generator<Row[]> {
    const values = this.waiting.takeAll();
    if (values.length === 0) return;
    const attribute = this.describe();
    const nonsense = typeof attribute === 'string' ? attribute : findNonsense(attribute);
    if (nonsense !== null || typeof attribute === 'string')
      return this.reading.leaveOut(nonsense ?? String(attribute), values.length);
    const target = this.toDistinct(toTarget(attribute), attribute.name);
    for (let at = 0; at < values.length; at += batch)
      yield values.slice(at, at + batch).flatMap((value) => this.toRows(value, attribute, target));
  }

  /** Two attributes of one label would be one metric, with two values a day. */
  private toDistinct({ metric, question }: Target, attribute: string): Target {
    const name = metric.name.toLowerCase();
    const owner = this.owners.get(name) ?? attribute;
    if (this.owners.size < importLimits.metrics) this.owners.set(name, owner);
    return { metric: owner === attribute ? metric : { ...metric, name: `${metric.name} (${attribute})` }, question };
  }

  /** The attribute, or why there is none. */
  private describe(): Attribute | string {
    const text = (field: string) => textOf(this.fields.get(field));
    const kind = toKind(this.fields.get('value_type'), this.fields.get('value_type_description'));
    const [name, label] = [text('name').toLowerCase(), text('label')];
    if (name === '' && label === '') return 'Values of attributes without a name';
    if (!kind) return 'Values of a kind that is not known';
    return { name, label, group: text('group'), device: toDevice(text('service')), kind };
  }

  private toRows({ row, part }: Waiter, attribute: Attribute, target: Target): Row[] {
    const found = this.toRow(row, part, attribute, target);
    if (typeof found === 'string') this.reading.reject(row, found);
    return typeof found === 'object' && found ? [found] : [];
  }

  private toRow(
    row: number,
    { value: item, problem }: Part,
    attribute: Attribute,
    target: Target,
  ): Row | string | null {
    if (typeof item !== 'object' || item === null) return problem ?? 'This is no value: it has no date.';
    const { date, value: written } = item as Record<string, unknown>;
    if (written === null || written === undefined || written === '') return this.leaveOut('Days without a value');
    if (typeof date !== 'string' || findProblem(date, null)) return findProblem('', null);
    const converted = toValue(attribute.kind, written);
    if (typeof converted === 'string') return converted;
    const { value } = converted;
    const wrong = findMisfit(value, target);
    if (wrong) return wrong;
    const metric = this.metrics.find(target.metric.name, () => target.metric);
    if (typeof metric === 'string') return metric;
    const { device } = attribute;
    const key = this.moments.take(`${metric.number} ${device}`, date, String(value));
    if (key === null) return this.leaveOut('Days that stand twice with the same value');
    if (key !== date) return 'This day of the attribute stands in the file twice, with two values.';
    const question = this.ask(target);
    return { row, metric: metric.number, date, time: null, value, device, key: 'day', ...(question && { question }) };
  }

  private leaveOut(what: string): null {
    this.reading.leaveOut(what);
    return null;
  }

  private ask({ question }: Target): string | null {
    if (question) this.reading.ask(question);
    return question && question.id;
  }
}

/** Why the value cannot be one of the metric's; null when it can. */
function findMisfit(value: unknown, { metric: { min, max } }: Target): string | null {
  if (typeof value === 'string') return value === '' ? 'The text is empty.' : findTextProblem(value);
  const isOutside =
    typeof value === 'number' && ((min !== undefined && value < min) || (max !== undefined && value > max));
  return isOutside ? `The value is not between ${min} and ${max}.` : null;
}

/** A text, or the label of an object that has one: a group, a service. */
function textOf(field: unknown): string {
  if (typeof field === 'string') return field.trim();
  if (typeof field !== 'object' || field === null) return '';
  const { label, name } = field as Record<string, unknown>;
  return textOf(typeof label === 'string' ? label : typeof name === 'string' ? name : '');
}

/** The service the values came from; Exist itself when the person has typed them in. */
const toDevice = (service: string): string | null =>
  service === '' || /^exist/i.test(service) ? null : service.slice(0, 60).trim();
