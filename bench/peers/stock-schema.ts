import type { Prisma, PrismaClient } from '../../generated/prisma/client.ts';
import { createSchema } from 'graphql-yoga';
import type { RedisPubSub } from 'graphql-redis-subscriptions';
import { fromPrisma } from 'pg-boss';
import type { CreateInput, Snapshot } from './floor-entries.ts';
import { queueAnalysis } from './follow-up-queue.ts';
import type { Visitor } from './sessions.ts';

export type StockContext = { visitor: Visitor; prisma: PrismaClient; pubsub: RedisPubSub };

const typeDefs = /* GraphQL */ `
  scalar EntryValue
  type Entry {
    id: ID!
    metricId: ID!
    date: String!
    time: String
    value: EntryValue
    notes: String
    tags: [String!]!
    source: String!
    version: Int!
    createdAt: String!
    updatedAt: String!
  }
  union ChangedEntity = Entry
  type Change {
    seq: Int!
    kind: String!
    entityType: String!
    entityId: ID!
    deviceId: ID
    at: String!
    entity: ChangedEntity
  }
  input CreateEntryInput {
    id: ID!
    metricId: ID!
    date: String!
    value: EntryValue!
    notes: String
    tags: [String!]
  }
  type Query {
    isUp: Boolean!
  }
  type Mutation {
    createEntry(input: CreateEntryInput!): Entry!
  }
  type Subscription {
    changes(after: Int): Change!
  }
`;

type WakeUp = { userId: string; seq: number };

const topicOf = (userId: string): string => `stock:${userId}`;

/** The metrics' types never change: even a server without a cache would not read them for each delivery. */
const metricTypes = new Map<string, string>();

/** The part of the product's schema that is measured, as the packages' own READMEs would have it written. */
export const stockSchema = createSchema<StockContext>({
  typeDefs,
  resolvers: {
    Query: { isUp: () => true },
    Mutation: {
      createEntry: async (_parent, { input }: { input: CreateInput }, context) => {
        const { userId } = context.visitor;
        const { seq, snapshot } = await context.prisma.$transaction((tx) => write(tx, context.visitor, input));
        await context.pubsub.publish(topicOf(userId), { userId, seq } satisfies WakeUp);
        return snapshot;
      },
    },
    Subscription: {
      changes: {
        subscribe: (_parent, _arguments, { pubsub, visitor }) =>
          pubsub.asyncIterableIterator<WakeUp>(topicOf(visitor.userId)),
        resolve: ({ userId, seq }: WakeUp, _arguments: unknown, { prisma }: StockContext) =>
          prisma.change.findUniqueOrThrow({ where: { userId_seq: { userId, seq } } }),
      },
    },
    Change: {
      at: ({ at }: { at: Date }) => at.toISOString(),
      entity: ({ snapshot }: { snapshot: Snapshot }) => snapshot,
    },
    ChangedEntity: { __resolveType: () => 'Entry' },
    Entry: {
      value: async ({ metricId, number, text }: Snapshot, _arguments: unknown, { prisma, visitor }: StockContext) => {
        const type = metricTypes.get(metricId) ?? (await readMetricType(prisma, visitor.userId, metricId));
        metricTypes.set(metricId, type);
        return type === 'BINARY' ? number === 1 : (number ?? text);
      },
    },
  },
});

async function readMetricType(reader: Prisma.TransactionClient, userId: string, id: string): Promise<string> {
  return (await reader.metric.findUniqueOrThrow({ where: { userId_id: { userId, id } } })).type;
}

/** The number, the entry, its change, and the job when none waits. The number's row is the person's lock. */
async function write(tx: Prisma.TransactionClient, { userId, deviceId }: Visitor, input: CreateInput) {
  const { id, metricId, date, value, notes, tags } = input;
  const { seq, followUpQueued } = await tx.changeHead.update({ where: { userId }, data: { seq: { increment: 1 } } });
  const text = typeof value === 'string' ? value : null;
  const entry = await tx.entry.create({
    data: {
      userId,
      id,
      metricId,
      date: new Date(date),
      number: text === null ? Number(value) : null,
      text,
      notes,
      tags,
      // A column of whole milliseconds.
      createdAt: new Date(),
      updatedAt: new Date(),
    },
  });
  const { userId: _, importId, createdAt, updatedAt, ...columns } = entry;
  const snapshot = {
    ...columns,
    date,
    time: null,
    importId,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
  await tx.change.create({
    data: { userId, seq, kind: 'CREATED', entityType: 'Entry', entityId: id, snapshot, deviceId },
  });
  if (!followUpQueued) {
    await tx.changeHead.update({ where: { userId }, data: { followUpQueued: true } });
    await queueAnalysis(userId, fromPrisma(tx));
  }
  return { seq, snapshot };
}
