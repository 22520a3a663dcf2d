import { applyOperations, type Operation, type OperationOutcome } from '../changes/apply-operations.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import type { Viewer } from '../kernel/viewer.ts';
import { builder } from './builder.ts';
import { ChangedEntity, toEntity } from './change.ts';
import { actorOf } from './context.ts';
import { defineEnum } from './enums.ts';

/** Operations of one queue that are taken at once, at most. */
const batchMax = 500;

type InputRef<Input> = PothosSchemaTypes.InputObjectRef<typeof builder.$inferSchemaTypes, Input>;

/** What a device can do while it is offline. */
type OperationKind<Input> = {
  type: InputRef<Input>;
  description: string;
  entityType: string;
  kind: Operation['kind'];
  /** The entity it is about; null when the server is to choose an id. */
  idOf: (input: Input, viewer: Viewer) => string | null | undefined;
  /** @returns the entity after it; null once it is deleted */
  run: (viewer: Viewer, input: Input) => Promise<object | null>;
};

const kinds = new Map<string, OperationKind<never>>();

/** Says that queues may hold this kind of operation. */
export const addOperation = <Input>(name: string, kind: OperationKind<Input>): void =>
  void kinds.set(name, kind as unknown as OperationKind<never>);

type Deletion = { id: string; expectedVersion?: number | null };

/** The input of every operation that deletes. */
export const DeleteOperation: InputRef<Deletion> = builder.inputType('DeleteOperation', {
  description: 'A deletion. It wins over everything that comes later for the entity.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The entity.' }),
    expectedVersion: t.int({ description: 'The deletion loses, as CONFLICT, when the entity is of another version.' }),
  }),
}) as never;

/** Adds `applyOperations` to the schema; after all domains, whose operations make up its input. */
export function defineOperations(): void {
  const OperationInput = defineInput();
  const Outcome = defineOutcome();
  builder.mutationField('applyOperations', (t) =>
    t.field({
      type: [Outcome],
      description: `Applies a device's queue in order, each operation with an outcome of its own; at most ${batchMax}. An operation has one outcome: sent again, it is recognised by its id. When the server cannot go on it fails as a whole: send the queue again.`,
      args: { operations: t.arg({ type: [OperationInput], required: true, description: 'The queue, oldest first.' }) },
      resolve: (_, { operations }, context) => apply(actorOf(context), operations as Given[]),
    }),
  );
}

type Given = { id: string; action: Record<string, unknown> };

async function apply(viewer: Viewer, given: readonly Given[]): Promise<OperationOutcome[]> {
  checkBatch(given);
  return applyOperations(
    viewer,
    given.map(({ id, action }) => {
      const [name, input] = Object.entries(action).find(([, value]) => value != null)! as [string, never];
      const { entityType, kind, idOf, run } = kinds.get(name)!;
      return { id, entityType, kind, entityId: idOf(input, viewer) ?? null, run: (who) => run(who, input) };
    }),
  );
}

function checkBatch(given: readonly Given[]): void {
  const issues = given.flatMap(({ id }, index) =>
    isId(id) ? [] : [{ path: ['operations', index, 'id'], message: 'An id is a UUID in lower case, best a UUIDv7.' }],
  );
  if (given.length > batchMax) {
    issues.push({ path: ['operations'], message: `At most ${batchMax} operations are taken at once.` });
  }
  if (issues.length > 0) throw new InvalidInputError(issues);
}

function defineInput() {
  const OperationAction = builder.inputType('OperationAction', {
    description: 'What is to be done: exactly one of these.',
    isOneOf: true,
    fields: (t) =>
      Object.fromEntries(
        [...kinds].map(([name, { type, description }]) => [name, t.field({ type, description })]),
      ) as never,
  });
  return builder.inputType('OperationInput', {
    description: "One operation of a device's queue.",
    fields: (t) => ({
      id: t.id({ required: true, description: 'A UUID that the device chose for this operation.' }),
      action: t.field({ type: OperationAction, required: true, description: 'What is to be done.' }),
    }),
  });
}

function defineOutcome() {
  const OperationStatus = defineEnum<OperationOutcome['status']>('OperationStatus', 'How an operation went.', {
    APPLIED: 'It is done.',
    CONFLICT: 'It is not done: the entity has moved on.',
    REFUSED: 'It is not done, and never will be as it is.',
  });
  const OperationError = builder.objectRef<NonNullable<OperationOutcome['error']>>('OperationError').implement({
    description: 'Why an operation was not done.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'As in `extensions.code` of an error.' }),
      message: t.exposeString('message', { description: 'A plain sentence.' }),
      issues: t.field({
        type: 'JSON',
        nullable: true,
        description: 'INVALID_INPUT: what is wrong and where, as a list of `path` and `message`.',
        resolve: (error) => error.issues,
      }),
    }),
  });
  return builder.objectRef<OperationOutcome>('OperationOutcome').implement({
    description: 'How one operation of a queue went.',
    fields: (t) => ({
      operationId: t.exposeID('operationId', { description: 'Which one.' }),
      status: t.field({ type: OperationStatus, description: 'How it went.', resolve: (outcome) => outcome.status }),
      isRepeat: t.exposeBoolean('isRepeat', {
        description: 'Whether it had had this outcome before: nothing has happened this time.',
      }),
      seq: t.exposeInt('seq', {
        nullable: true,
        description: 'The number of its change; null when nothing had to change, or nothing was done.',
      }),
      entity: t.field({
        type: ChangedEntity,
        nullable: true,
        description: 'APPLIED: as it is after the operation. CONFLICT: as it is now. Null when it is gone.',
        resolve: ({ entityType, entity }) => toEntity(entityType, entity),
      }),
      differingFields: t.exposeStringList('differingFields', {
        description: 'CONFLICT: the fields of the operation that have another value now.',
      }),
      error: t.field({
        type: OperationError,
        nullable: true,
        description: 'Why it was not done; null when it was.',
        resolve: (outcome) => outcome.error,
      }),
    }),
  });
}
