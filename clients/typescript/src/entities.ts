/** The signed-in person. */
export type User = {
  id: string;
  email: string;
  timeZone: string;
  dayStartsAt: number;
  preferences: unknown;
  createdAt: string | null;
};

export type MetricType = 'RATING' | 'DURATION' | 'BINARY' | 'NUMBER' | 'TEXT';
export type Aggregation = 'SUM' | 'MEAN' | 'LAST' | 'MAX' | 'MIN';
export type DesiredDirection = 'HIGHER' | 'LOWER';

/** Something a person tracks. `createdAt` and `updatedAt` are null until the server has said so. */
export type Metric = {
  id: string;
  name: string;
  type: MetricType;
  category: string;
  unit: string | null;
  min: number | null;
  max: number | null;
  step: number | null;
  aggregation: Aggregation;
  desired: DesiredDirection | null;
  isActionable: boolean;
  /** Programs and devices that bring its entries, the one that counts first. */
  sources: string[];
  isActive: boolean;
  version: number;
  createdAt: string | null;
  updatedAt: string | null;
};

/** A number, a boolean or a string, as the metric's type asks; durations are seconds. */
export type EntryValue = number | boolean | string;

/** One value of a metric on one day. `createdAt` and `updatedAt` are null until the server has said so. */
export type Entry = {
  id: string;
  metricId: string;
  date: string;
  time: string | null;
  value: EntryValue;
  number: number | null;
  notes: string | null;
  tags: string[];
  source: string;
  version: number;
  createdAt: string | null;
  updatedAt: string | null;
};

export type InsightType = 'CORRELATION' | 'TREND' | 'PATTERN' | 'ANOMALY' | 'FORECAST' | 'RECOMMENDATION';
export type InsightRating = 'HELPFUL' | 'NOT_HELPFUL' | 'ACTED_ON';

/** Something that holds for this person. The numbers behind it are a query of their own, by its id. */
export type Insight = {
  id: string;
  type: InsightType;
  title: string;
  confidence: number;
  range: { from: string; to: string };
  isActive: boolean;
  retraction: { reason: string; message: string; at: string } | null;
  rating: InsightRating | null;
  ratedAt: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A file on its way in. */
export type Import = {
  id: string;
  state: string;
  format: string;
  fileName: string | null;
  progress: number;
  report: { rowsRead: number; rowsAccepted: number; rowsRejected: number; duplicates: number } | null;
  error: string | null;
  createdAt: string;
};

/** Everything whose changes the log keeps, by the name of its GraphQL type. */
export type Entities = { User: User; Metric: Metric; Entry: Entry; Insight: Insight; Import: Import };
export type EntityType = keyof Entities;
export type AnyEntity = Entities[EntityType];

export const entityTypes: readonly EntityType[] = ['User', 'Metric', 'Entry', 'Insight', 'Import'];

/** Which entity. */
export type EntityKey = { type: EntityType; id: string };

/** An entity as it is; null when it is gone. */
export type EntityState = EntityKey & { entity: AnyEntity | null };

/** What happened to an entity as this device shows it; null before it was there, and after it has gone. */
export type EntityChange = EntityKey & { before: AnyEntity | null; after: AnyEntity | null };

/** Entities by type and id. */
export type EntityTable = ReadonlyMap<EntityType, ReadonlyMap<string, AnyEntity>>;

/** One text for a key, to find it in a map. */
export const keyOf = ({ type, id }: EntityKey): string => `${type}/${id}`;
