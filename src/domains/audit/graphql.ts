import { builder } from '../../graphql/builder.ts';
import { connectionArguments, defineConnection, resolveConnection } from '../../graphql/connection.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { heavy } from '../../graphql/operation-throttles.ts';
import { checkLog, listEvents, type AuditCheck as Check, type AuditHead as HeadShape } from './audit.ts';
import type { AuditAction as Action, AuditEvent as EventShape } from './audit-event.ts';
import type { ChainProblem } from './verify.ts';

const AuditAction = defineEnum<Action>('AuditAction', 'What was done.', {
  REGISTERED: 'The account was opened, and its first device signed in.',
  SIGNED_IN: 'A device signed in with the password: `deviceId` is the new one.',
  SIGN_IN_REFUSED:
    'Somebody tried to sign in with a wrong password. `deviceId` is null unless a device of the account showed its old token; `deviceName` is what they called theirs. What is refused as RATE_LIMITED is not recorded.',
  SIGNED_OUT: 'The device signed itself out.',
  SIGNED_OUT_EVERYWHERE: 'All devices were signed out: `count` of them.',
  DEVICE_ENDED: 'Another device, or this one, was signed out by its id: `subjectId` and `subjectName`.',
  PASSWORD_CHANGED: 'The password was changed, and all devices signed out: `count` of them.',
  PASSWORD_REFUSED: 'A signed-in device gave a wrong password where it is asked for again.',
  TOKEN_REPLAYED: 'A refresh token came back that was spent: it had been copied. The device was signed out.',
  SETTINGS_CHANGED: 'Settings of the person were set: `fields`.',
  EXPORT_REQUESTED: 'A link to a download of data was made.',
  EXPORT_DOWNLOADED: 'Data was downloaded over such a link. `deviceId` is the device that asked for the link.',
  IMPORT_APPLIED: 'An import was written: `subjectId`, with `count` rows.',
  IMPORT_UNDONE: 'An import was taken back: `subjectId`.',
  ACCOUNT_ERASED: 'The account was erased. The last one there is.',
});

const AuditEvent = builder.objectRef<EventShape>('AuditEvent').implement({
  description: 'Something that was done to the account, or with all of its data: who did it, from where.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'The number of the event: 1, 2, … of this person.' }),
    at: t.field({ type: 'DateTime', description: 'When it happened.', resolve: (event) => event.at }),
    action: t.field({ type: AuditAction, description: 'What was done.', resolve: (event) => event.action }),
    deviceId: t.exposeID('deviceId', {
      nullable: true,
      description: 'The device that did it, which may have signed out since; null when it was none of this person.',
    }),
    deviceName: t.string({
      nullable: true,
      description: 'What the device called itself then.',
      resolve: ({ details }) => details.deviceName,
    }),
    address: t.string({
      nullable: true,
      description:
        'The network address it came from, of IPv6 the first half (/64); null for what was done in the background.',
      resolve: ({ details }) => details.address,
    }),
    subjectId: t.id({
      nullable: true,
      description: 'What it was done to, where the action names that: a device, an import.',
      resolve: ({ details }) => details.subjectId,
    }),
    subjectName: t.string({
      nullable: true,
      description: 'What that was called.',
      resolve: ({ details }) => details.subjectName,
    }),
    fields: t.stringList({
      description: 'SETTINGS_CHANGED: the names of the settings. Their values are in the change log.',
      resolve: ({ details }) => [...(details.fields ?? [])],
    }),
    format: t.string({
      nullable: true,
      description: 'Of exports and imports: how the file is written.',
      resolve: ({ details }) => details.format,
    }),
    count: t.int({
      nullable: true,
      description: 'How many, where the action counts something.',
      resolve: ({ details }) => details.count,
    }),
  }),
});

const AuditProblem = defineEnum<ChainProblem>('AuditProblem', 'What is wrong with an audit log.', {
  MISSING: 'The event of this number is gone.',
  ALTERED: 'The event of this number is not what was recorded: changed, moved, added, or of somebody else.',
  UNEXPECTED: 'There is an event of this number that the head of the log does not know.',
  HEAD_ALTERED: 'The head of the log is not what was written there: events after this number may be gone.',
  HEAD_MISSING: 'The head of the log is gone.',
  KEY_UNKNOWN: 'The key that this was recorded with is gone.',
  ROLLED_BACK: 'The log is sound in itself, but not the one that the head given belongs to: it was put back.',
});

const AuditHead = builder.objectRef<HeadShape>('AuditHead').implement({
  description: 'A place in an audit log: an event, and the hash that stands for it and all before it.',
  fields: (t) => ({
    seq: t.exposeInt('seq', { description: 'The number of the event.' }),
    hash: t.exposeString('hash', { description: 'Its hash: 64 hexadecimal digits.' }),
  }),
});

const AuditHeadInput = builder.inputType('AuditHeadInput', {
  description: 'A head that was noted earlier.',
  fields: (t) => ({
    seq: t.int({ required: true, description: 'The number of the event, from 1.' }),
    hash: t.string({ required: true, description: 'Its hash: 64 hexadecimal digits in lower case.' }),
  }),
});

const AuditCheck = builder.objectRef<Check>('AuditCheck').implement({
  description: 'How an audit log was found.',
  fields: (t) => ({
    isIntact: t.exposeBoolean('isIntact', { description: 'Whether nothing is wrong with it.' }),
    events: t.exposeInt('events', { description: 'How many events are sound: all, or those before the first fault.' }),
    brokenAt: t.exposeInt('brokenAt', {
      nullable: true,
      description: 'The number of the first event that is not sound; null when all are, or the head is gone.',
    }),
    problem: t.field({
      type: AuditProblem,
      nullable: true,
      description: 'What is wrong there; null when nothing is.',
      resolve: (check) => check.problem,
    }),
    isSinceIncluded: t.exposeBoolean('isSinceIncluded', {
      nullable: true,
      description:
        'Whether the head given still is in the log; null when none was given, or its place is older than events are kept.',
    }),
    head: t.field({
      type: AuditHead,
      nullable: true,
      description: 'The newest event: note it outside, and give it as `since` later. Null when nothing is recorded.',
      resolve: (check) => check.head,
    }),
  }),
});

const AuditEventConnection = defineConnection('AuditEvent', AuditEvent);

builder.queryFields((t) => ({
  auditLog: t.field({
    type: AuditEventConnection,
    description:
      'Who did what with this account from which device, the newest first: an app can tell of a sign-in on a new device. What is written to entries and metrics is in `changes`.',
    args: connectionArguments,
    resolve: (_, page, context) =>
      resolveConnection<EventShape>(
        page,
        ({ seq }) => [String(seq)],
        (part) => listEvents(viewerOf(context), part),
        [isNumber],
      ),
  }),
  auditCheck: t.field({
    type: AuditCheck,
    description:
      'Looks at every event of the audit log and says whether any was altered, added, moved or taken away since it was recorded, and which is the first. That the log as a whole was put back to an earlier state shows only by a head noted outside.',
    extensions: heavy,
    args: { since: t.arg({ type: AuditHeadInput, description: 'A head that was noted earlier.' }) },
    resolve: (_, { since }, context) => checkLog(viewerOf(context), since),
  }),
}));

const isNumber = (text: string): boolean => /^\d{1,9}$/.test(text);
