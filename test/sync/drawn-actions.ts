import type { SyncClient } from '../../clients/typescript/src/index.ts';
import type { Action, CreateEntry, Entry, Metric } from './model.ts';
import type { Random } from './seeded.ts';

/** Chances of one action. */
const chances = { badValue: 0.06, unknown: 0.06 } as const;

/** What a person sees of their data, and goes by. */
export type View = Pick<SyncClient, 'get' | 'list'>;

/** What people do with their data, as a seed says and as it makes sense by what they see: mostly sensible things. */
export class DrawnActions {
  private readonly random: Random;
  /** Every entity there ever was. */
  private readonly ids = { entries: [] as string[], metrics: [] as string[] };
  private readonly createdEntries: CreateEntry[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  createMetric(): Action {
    const { random } = this;
    const id = this.newId(this.ids.metrics);
    const type = random.pick(['RATING', 'NUMBER', 'NUMBER', 'DURATION', 'BINARY', 'TEXT'] as const);
    const bounds = type === 'RATING' ? { min: 1, max: 5 } : {};
    return {
      createMetric: { id, name: `metric ${random.below(100)}`, type, unit: random.pick([null, 'km']), ...bounds },
    };
  }

  updateMetric(view: View): Action {
    const { random } = this;
    const id = this.pickMetric(view);
    const isNumber = ['RATING', 'NUMBER'].includes(view.get('Metric', id)?.type ?? '');
    const input = random.pick<Partial<Metric>>([
      { name: `renamed ${random.below(100)}` },
      { unit: random.pick([null, 'm', 'cups']) },
      { isActive: random.chance(0.5) },
      isNumber ? { max: random.pick([null, 3, 10]) } : { name: 'a name', unit: 's' },
      isNumber ? { min: random.pick([null, 0, 4]) } : { name: 'another name' },
    ]);
    return { updateMetric: { id, input, ...this.expect(view, 'Metric', id, 0.3) } };
  }

  createEntry(view: View): { createEntry: CreateEntry } {
    const { random } = this;
    const metricId = this.pickMetric(view);
    const createEntry = {
      id: this.newId(this.ids.entries),
      metricId,
      date: this.drawDate(),
      value: this.drawValue(view, metricId),
      ...(random.chance(0.3) && { time: random.pick(['07:30:00', '23:59:59']) }),
      ...(random.chance(0.3) && { notes: `note ${random.below(1000)}` }),
      ...(random.chance(0.3) && { tags: this.drawTags() }),
    };
    this.createdEntries.push(createEntry);
    return { createEntry };
  }

  /** Several at once. */
  createEntries(view: View): { createEntries: CreateEntry[] } {
    return {
      createEntries: Array.from({ length: 2 + this.random.below(3) }, () => this.createEntry(view).createEntry),
    };
  }

  /** The same id once more: with the same content, with another value, or of another metric. */
  createAgain(view: View): Action {
    const earlier = this.random.pick(this.createdEntries);
    if (!earlier) return this.createEntry(view);
    const metricId = this.random.chance(0.2) ? this.pickMetric(view) : earlier.metricId;
    const isSame = metricId === earlier.metricId && this.random.chance(0.5);
    const value = isSame ? earlier.value : this.drawValue(view, metricId);
    return { createEntry: { ...earlier, metricId, value } };
  }

  updateEntry(view: View, expects: boolean): Action {
    const { random } = this;
    const id = this.pickEntry(view);
    const metricId = view.get('Entry', id)?.metricId ?? '';
    const input: Partial<Entry> = {
      ...(random.chance(0.5) && { value: this.drawValue(view, metricId) }),
      ...(random.chance(0.3) && { notes: random.pick([null, `note ${random.below(1000)}`]) }),
      ...(random.chance(0.3) && { tags: this.drawTags() }),
      ...(random.chance(0.2) && { date: this.drawDate() }),
      ...(random.chance(0.2) && { time: random.pick([null, '12:00:00']) }),
    };
    return { updateEntry: { id, input, ...this.expect(view, 'Entry', id, expects ? 1 : 0) } };
  }

  deleteEntry(view: View): Action {
    const id = this.pickEntry(view);
    return { deleteEntry: { id, ...this.expect(view, 'Entry', id, 0.3) } };
  }

  deleteMetric(view: View): Action {
    const id = this.pickMetric(view);
    return { deleteMetric: { id, ...this.expect(view, 'Metric', id, 0.3) } };
  }

  updateProfile(): Action {
    const { random } = this;
    if (random.chance(0.5)) return { updateProfile: { dayStartsAt: random.below(24) } };
    return { updateProfile: { timeZone: random.pick(['Europe/Vienna', 'Asia/Tokyo', 'UTC']) } };
  }

  /** The version that the device sees, or sometimes the one before. */
  private expect(view: View, type: 'Entry' | 'Metric', id: string, chance: number): { expectedVersion?: number } {
    const version = view.get(type, id)?.version;
    if (version === undefined || !this.random.chance(chance)) return {};
    return { expectedVersion: this.random.chance(0.8) ? version : Math.max(1, version - 1) };
  }

  /** One that the device shows; sometimes any that ever was, deleted ones among them, or none at all. */
  private pickEntry(view: View): string {
    const shown = view.list('Entry');
    if (this.random.chance(chances.unknown)) return this.newId([]);
    if (shown.length === 0 || this.random.chance(0.06)) return this.random.pick(this.ids.entries) ?? this.newId([]);
    return this.random.pick(shown).id;
  }

  private pickMetric(view: View): string {
    const shown = view.list('Metric');
    if (shown.length === 0 || this.random.chance(0.05)) return this.random.pick(this.ids.metrics);
    return this.random.pick(shown).id;
  }

  private drawValue(view: View, metricId: string): Entry['value'] {
    const { random } = this;
    const type = view.get('Metric', metricId)?.type;
    if (random.chance(chances.badValue)) return random.pick<Entry['value']>([-1, 'nonsense', true, 1000]);
    if (type === 'BINARY') return random.chance(0.5);
    if (type === 'TEXT') return `text ${random.below(1000)}`;
    return type === 'RATING' ? 1 + random.below(5) : random.below(1000) / 4;
  }

  private drawDate = () => `2026-${this.random.pick(['01', '06', '11'])}-${10 + this.random.below(19)}`;
  private drawTags = () => ['a', 'b', 'c'].filter(() => this.random.chance(0.5));

  private newId(among: string[]): string {
    const hex = (digits: number) => Array.from({ length: digits }, () => this.random.below(16).toString(16)).join('');
    const id = `0${hex(7)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
    among.push(id);
    return id;
  }
}
