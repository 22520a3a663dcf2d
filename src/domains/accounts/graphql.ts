import { addChangedEntity } from '../../graphql/change.ts';
import { builder } from '../../graphql/builder.ts';
import { actorOf, viewerOf, visitorOf } from '../../graphql/context.ts';
import { readHead } from '../../changes/replay.ts';
import * as accounts from './accounts.ts';
import { endDevice, listDevices } from './devices.ts';
import { deviceNameMax, passwordLimits, preferencesMax } from './input.ts';

const passwordText = `Between ${passwordLimits.min} and ${passwordLimits.max} characters, and not one that everybody guesses first.`;

const User = builder.prismaObject('User', {
  description: 'The signed-in person.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7.' }),
    email: t.exposeString('email', { description: 'In lower case.' }),
    timeZone: t.exposeString('timeZone', { description: 'IANA name, such as Europe/Vienna.' }),
    dayStartsAt: t.exposeInt('dayStartsAt', { description: "Hour at which this person's day begins, 0–23." }),
    preferences: t.field({
      type: 'JSON',
      description: 'What the apps of this person keep here.',
      resolve: (user) => user.preferences,
    }),
    seq: t.int({
      description: 'The number of the newest change of this person.',
      resolve: (user) => readHead(user.id),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When the account was opened.',
      resolve: (user) => user.createdAt,
    }),
  }),
});
addChangedEntity(User);

/** The device of a sign-in is the asking one, although the request that signs in comes from nobody yet. */
type AskingDevice = { id: string; isAsking?: true };

const Device = builder.prismaObject('Session', {
  name: 'Device',
  description: 'A signed-in device.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUIDv7; changes name it.' }),
    name: t.exposeString('name', {
      nullable: true,
      description: `What the device calls itself, at most ${deviceNameMax} characters.`,
    }),
    lastSeenAt: t.field({
      type: 'DateTime',
      description: 'When it last asked for something or had a socket open, to the minute.',
      resolve: (device) => device.lastSeenAt,
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it signed in.',
      resolve: (device) => device.createdAt,
    }),
    isCurrent: t.boolean({
      description: 'Whether it is the device that asks.',
      resolve: (device: AskingDevice, _, { visitor }) => device.isAsking ?? device.id === visitor?.deviceId,
    }),
  }),
});

const Session = builder.objectRef<accounts.SignedIn>('Session').implement({
  description: 'A device signed in, with what it needs to stay so.',
  fields: (t) => ({
    accessToken: t.exposeString('accessToken', {
      description: 'Goes into the Authorization header, after "Bearer ". Lives ten minutes.',
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'When the access token ends.',
      resolve: (session) => session.expiresAt,
    }),
    refreshToken: t.exposeString('refreshToken', { description: 'Good for one `refreshSession`. Keep it secret.' }),
    user: t.field({ type: User, description: 'The person.', resolve: (session) => session.user }),
    device: t.field({
      type: Device,
      description: 'The device.',
      resolve: ({ device }): typeof device & AskingDevice => ({ ...device, isAsking: true }),
    }),
  }),
});

const RegisterInput = builder.inputType('RegisterInput', {
  description: 'A new account and its first device.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'At most 254 characters; upper and lower case are the same.' }),
    password: t.string({ required: true, description: passwordText }),
    timeZone: t.string({ description: 'IANA name; UTC when nothing is said.' }),
    deviceName: t.string({ description: `At most ${deviceNameMax} characters.` }),
  }),
});

const LoginInput = builder.inputType('LoginInput', {
  description: 'The account, and a name for the device that signs in.',
  fields: (t) => ({
    email: t.string({ required: true, description: 'The address of the account.' }),
    password: t.string({ required: true, description: 'The password of the account.' }),
    deviceName: t.string({ description: `At most ${deviceNameMax} characters.` }),
  }),
});

export const UpdateProfileInput = builder.inputType('UpdateProfileInput', {
  description: 'What is not named stays as it is.',
  fields: (t) => ({
    timeZone: t.string({ description: 'IANA name, such as Europe/Vienna.' }),
    dayStartsAt: t.int({ description: 'Hour at which the day begins, 0–23.' }),
    preferences: t.field({
      type: 'JSON',
      description: `An object of at most ${preferencesMax} bytes; takes the place of the one before.`,
    }),
  }),
});

builder.queryField('me', (t) =>
  t.field({
    type: User,
    nullable: true,
    description: 'The signed-in person; null when nobody is.',
    resolve: (_, __, context) => {
      const visitor = visitorOf(context);
      return visitor && accounts.getUser(visitor);
    },
  }),
);

builder.queryField('devices', (t) =>
  t.field({
    type: [Device],
    description: 'The devices that are signed in, the most recently seen first.',
    resolve: (_, __, context) => listDevices(viewerOf(context)),
  }),
);

builder.mutationFields((t) => ({
  register: t.field({
    type: Session,
    description: 'Opens an account and signs this device in.',
    args: { input: t.arg({ type: RegisterInput, required: true, description: 'The account.' }) },
    resolve: (_, { input }, context) => accounts.register(input, context),
  }),
  login: t.field({
    type: Session,
    description: 'Signs this device in.',
    args: { input: t.arg({ type: LoginInput, required: true, description: 'The account and the device.' }) },
    resolve: (_, { input }, context) => accounts.login(input, context),
  }),
  refreshSession: t.field({
    type: Session,
    description:
      'Exchanges a refresh token for a new session; the old token is spent. A retry within ten seconds gets the same answer; a spent token that comes back later ends the session.',
    args: { refreshToken: t.arg.string({ required: true, description: 'The newest refresh token of this device.' }) },
    resolve: (_, { refreshToken }, context) => accounts.refreshSession(refreshToken, context),
  }),
  logout: t.boolean({
    description: 'Signs this device out, its sockets included.',
    resolve: async (_, __, context) => (await accounts.logout(actorOf(context)), true),
  }),
  logoutEverywhere: t.boolean({
    description: 'Signs all devices of this person out.',
    resolve: async (_, __, context) => (await accounts.logoutEverywhere(actorOf(context)), true),
  }),
  endDevice: t.id({
    description: 'Signs a device of this person out, its sockets included.',
    args: { id: t.arg.id({ required: true, description: 'The device; it may be the asking one.' }) },
    resolve: (_, { id }, context) => endDevice(actorOf(context), id),
  }),
  changePassword: t.field({
    type: Session,
    description: 'Sets a new password, signs all devices out and this one in again.',
    args: {
      currentPassword: t.arg.string({ required: true, description: 'The password so far.' }),
      newPassword: t.arg.string({ required: true, description: passwordText }),
    },
    resolve: (_, { currentPassword, newPassword }, context) =>
      accounts.changePassword(actorOf(context), currentPassword, newPassword, context),
  }),
  updateProfile: t.field({
    type: User,
    description: 'Changes the settings of this person.',
    args: { input: t.arg({ type: UpdateProfileInput, required: true, description: 'The settings to change.' }) },
    resolve: (_, { input }, context) => accounts.updateProfile(actorOf(context), input as never),
  }),
  deleteAccount: t.boolean({
    description: 'Erases the account and everything in it. There is no way back.',
    args: { password: t.arg.string({ required: true, description: 'The password of the account, once more.' }) },
    resolve: async (_, { password }, context) => (
      await accounts.deleteAccount(actorOf(context), password, context),
      true
    ),
  }),
}));
