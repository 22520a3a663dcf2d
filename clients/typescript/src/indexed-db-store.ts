import type { AnyEntity, EntityType } from './entities.ts';
import {
  ForeignStoreError,
  StaleCommitError,
  type Commit,
  type LocalStore,
  type Received,
  type StoredState,
  type StoreIdentity,
} from './local-store.ts';
import type { QueuedOperation } from './operations.ts';

/** `at` is missing where an earlier version has written. */
type Meta = StoreIdentity & { revision: number; seq: number | null; at?: string | null; positions: number };
type Row = QueuedOperation & { position: number };

const layout = 1;
const tables = ['meta', 'entities', 'queue'] as const;

/** A store that lasts: IndexedDB, one database per name, shared by all tabs of an origin. */
export class IndexedDbStore implements LocalStore {
  readonly name: string;
  private readonly factory: IDBFactory;
  private database: Promise<IDBDatabase> | undefined;

  constructor(name: string, factory: IDBFactory = indexedDB) {
    this.name = name;
    this.factory = factory;
  }

  async open(identity: StoreIdentity): Promise<StoredState> {
    const transaction = await this.begin('readwrite');
    const done = completion(transaction);
    const meta = await claim(transaction, identity);
    const entities = transaction.objectStore('entities');
    const [keys, values, rows] = await Promise.all([
      result(entities.getAllKeys()) as Promise<[EntityType, string][]>,
      result<AnyEntity[]>(entities.getAll()),
      result<Row[]>(transaction.objectStore('queue').getAll()),
    ]);
    await done;
    const queue = rows
      .sort((a, b) => a.position - b.position)
      .map(({ operation, appliedSeq }) => ({ operation, appliedSeq }));
    return {
      revision: meta.revision,
      seq: meta.seq,
      at: meta.at ?? null,
      entities: keys.map(([type, id], i) => ({ type, id, entity: values[i]! })),
      queue,
    };
  }

  async commit(commit: Commit): Promise<number> {
    // What a person has just said must outlast a power cut; what the server has, can be had again.
    const transaction = await this.begin('readwrite', commit.enqueued ? 'strict' : 'relaxed');
    const done = completion(transaction);
    const meta = await result<Meta>(transaction.objectStore('meta').get('state'));
    if (commit.received && commit.received.after !== meta.seq) {
      transaction.abort();
      await done.catch(() => {});
      throw new StaleCommitError();
    }
    if (commit.received) putReceived(transaction, commit.received);
    await writeQueue(transaction, meta, commit);
    const revision = meta.revision + 1;
    const positions = meta.positions + (commit.enqueued?.length ?? 0);
    const { seq, at } = commit.received ?? meta;
    transaction.objectStore('meta').put({ ...meta, revision, positions, seq, at }, 'state');
    await done;
    return revision;
  }

  close(): void {
    this.database?.then((database) => database.close()).catch(() => {});
    this.database = undefined;
  }

  private async begin(mode: IDBTransactionMode, durability: IDBTransactionDurability = 'default') {
    this.database ??= openDatabase(this.factory, this.name);
    return (await this.database).transaction([...tables], mode, { durability });
  }
}

async function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(`lifegraph:${name}`, layout);
  request.addEventListener('upgradeneeded', () => {
    for (const table of tables) request.result.createObjectStore(table);
  });
  const database = await result(request);
  // A newer version of the app wants to change the layout: it must not wait for this tab.
  database.addEventListener('versionchange', () => database.close());
  return database;
}

async function claim(transaction: IDBTransaction, identity: StoreIdentity): Promise<Meta> {
  const table = transaction.objectStore('meta');
  const known = await result<Meta | undefined>(table.get('state'));
  if (known && known.userId !== identity.userId) throw new ForeignStoreError();
  if (known?.selection === identity.selection) return known;
  const meta = { revision: 0, positions: 0, ...known, ...identity, seq: null, at: null };
  transaction.objectStore('entities').clear();
  table.put(meta, 'state');
  return meta;
}

function putReceived(transaction: IDBTransaction, { entities, isWhole }: Received): void {
  const table = transaction.objectStore('entities');
  if (isWhole) table.clear();
  for (const { type, id, entity } of entities) {
    if (entity) table.put(entity, [type, id]);
    else table.delete([type, id]);
  }
}

async function writeQueue(transaction: IDBTransaction, meta: Meta, commit: Commit): Promise<void> {
  const table = transaction.objectStore('queue');
  for (const { operationId, appliedSeq } of commit.acknowledged ?? []) {
    const row = await result<Row | undefined>(table.get(operationId));
    if (row) table.put({ ...row, appliedSeq }, operationId);
  }
  for (const operationId of commit.settled ?? []) table.delete(operationId);
  for (const [i, operation] of (commit.enqueued ?? []).entries()) {
    table.put({ operation, appliedSeq: null, position: meta.positions + i }, operation.id);
  }
}

const result = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed.')));
  });

/** To be asked for before the first wait: a transaction may be over by then. */
function completion(transaction: IDBTransaction): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () =>
      reject(transaction.error ?? new Error('The transaction was given up.')),
    );
  });
  // A request that fails is thrown where it was made; then nobody waits here.
  done.catch(() => {});
  return done;
}
