/** What somebody does. The text says which step it was. */
export type Action = {
  kind: 'createMetric' | 'updateMetric' | 'deleteMetric' | 'createEntry' | 'updateEntry' | 'deleteEntry';
  metric: string;
  entry: string;
  text: string;
};

/** What somebody has: names of metrics, and entries, by id. */
export type Life = { metrics: Map<string, string>; entries: Map<string, { metric: string; text: string }> };

/** The code of the refusal; nothing when it is done. */
type Outcome = 'NOT_FOUND' | 'CONFLICT' | undefined;

/**
 * The model of who sees what: everybody lives alone. Nothing in a life depends on another one, not even whether an id is
 * taken.
 */
export function createPrivateLives(count: number): { lives: Life[]; act: (who: number, action: Action) => Outcome } {
  const lives = Array.from({ length: count }, (): Life => ({ metrics: new Map(), entries: new Map() }));
  return { lives, act: (who, action) => live(lives[who]!, action) };
}

function live({ metrics, entries }: Life, { kind, metric, entry, text }: Action): Outcome {
  switch (kind) {
    case 'createMetric':
      // No two steps have the same content.
      if (metrics.has(metric)) return 'CONFLICT';
      return void metrics.set(metric, text);
    case 'updateMetric':
      if (!metrics.has(metric)) return 'NOT_FOUND';
      return void metrics.set(metric, text);
    case 'deleteMetric':
      if (!metrics.delete(metric)) return 'NOT_FOUND';
      for (const [id, each] of entries) if (each.metric === metric) entries.delete(id);
      return undefined;
    case 'createEntry':
      if (!metrics.has(metric)) return 'NOT_FOUND';
      if (entries.has(entry)) return 'CONFLICT';
      return void entries.set(entry, { metric, text });
    case 'updateEntry':
      if (!entries.has(entry)) return 'NOT_FOUND';
      return void entries.set(entry, { ...entries.get(entry)!, text });
    case 'deleteEntry':
      return entries.delete(entry) ? undefined : 'NOT_FOUND';
  }
}
