/**
 * The same made of the usual packages, each used as its README shows: graphql-yoga for requests, graphql-ws for sockets,
 * graphql-redis-subscriptions between the nodes, Prisma for the database. Every socket has an execution of its own for each
 * change, and every execution reads the change. It has no replay either.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import type { ExecutionArgs } from 'graphql';
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { Redis } from 'ioredis';
import { WebSocketServer } from 'ws';
import { PrismaClient } from '../../generated/prisma/client.ts';
import { readConfig } from '../../src/config.ts';
import { openSecrets } from '../../src/platform/secrets/secrets.ts';
import { openQueue } from './follow-up-queue.ts';
import { verifyAccessToken, type Visitor } from './sessions.ts';
import { stockSchema, type StockContext } from './stock-schema.ts';

const config = readConfig();
openSecrets(config);
const { databaseUrl, databasePoolSize, redisUrl } = config;
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl!, max: databasePoolSize }) });
const pubsub = new RedisPubSub({ publisher: new Redis(redisUrl!), subscriber: new Redis(redisUrl!) });
await openQueue({ connectionString: databaseUrl!, max: 1 });

const yoga = createYoga<object, StockContext>({
  schema: stockSchema,
  logging: false,
  context: async ({ request }) => ({
    visitor: await authenticate(request.headers.get('authorization')),
    prisma,
    pubsub,
  }),
});
const server = createServer(yoga);
const sockets = new WebSocketServer({ server, path: '/graphql' });
type Extra = { visitor?: Visitor };
type Envelope = ReturnType<typeof yoga.getEnveloped>;

useServer<Record<string, unknown>, Extra>(
  {
    onConnect: async ({ connectionParams, extra }) => {
      extra.visitor = await authenticate(connectionParams?.['authorization']);
    },
    execute: (args) => (args.rootValue as Envelope).execute(args),
    subscribe: (args) => (args.rootValue as Envelope).subscribe(args),
    onSubscribe: async ({ extra }, _id, params) => {
      const envelope = yoga.getEnveloped({ params } as never);
      const args: ExecutionArgs = {
        schema: envelope.schema,
        operationName: params.operationName,
        document: envelope.parse(params.query),
        variableValues: params.variables,
        contextValue: { visitor: extra.visitor!, prisma, pubsub } satisfies StockContext,
        rootValue: envelope,
      };
      const errors = envelope.validate(args.schema, args.document);
      return errors.length > 0 ? (errors as []) : args;
    },
  },
  sockets,
);
server.listen(config.port, config.host, () => {
  console.log(`Stock is at http://${config.host}:${(server.address() as AddressInfo).port}`);
});
process.once('SIGTERM', () => process.exit(0));

/** @throws when the token or its session is not good */
async function authenticate(authorization: unknown): Promise<Visitor> {
  const { userId, deviceId } = verifyAccessToken(authorization);
  await prisma.session.findFirstOrThrow({ where: { userId, id: deviceId, endedAt: null } });
  return { userId, deviceId };
}
