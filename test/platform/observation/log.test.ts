import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client, newEmail } from '../../setup/client.ts';
import { refusalOf } from '../../setup/refusals.ts';
import { makeFolder } from '../../setup/pair.ts';
import { startServer, type ServerProcess } from '../../setup/process.ts';
import { startChild } from '../../setup/spawn.ts';

const planted = {
  password: 'planted-password-4711',
  notes: 'planted-note-0815',
  text: 'planted-diary-2342',
  name: 'planted-metric-1234',
};

describe('the log of a server', () => {
  const folder = makeFolder();
  let server: ServerProcess;

  beforeAll(async () => {
    // The lowest level: whatever could be written, is.
    server = await startServer({ DATA_DIR: folder.path, LOG_LEVEL: 'debug', LOG_REQUESTS: 'on' });
  });
  afterAll(async () => {
    await server?.kill('SIGKILL');
    folder.remove();
  });

  it('holds neither passwords nor tokens nor what a person wrote, whatever goes wrong', async () => {
    const email = newEmail();
    const client = await Client.register(server.url, { email, password: planted.password });
    const metric = await client.createMetric({ name: planted.name, type: 'TEXT' });
    const entry = { metricId: metric.id, value: planted.text, notes: planted.notes, tags: [planted.notes] };
    await client.createEntry(entry);
    const session = await client.refresh();

    const failures = [
      Client.register(server.url, { email, password: planted.password }),
      Client.login(server.url, email, `${planted.password}!`),
      client.createEntry({ ...entry, date: planted.notes }),
      client.createEntry({ ...entry, id: planted.notes }),
      client.createEntry({ ...entry, tags: [planted.notes, 7] }),
      client.refresh(`${session.refreshToken}x`),
      new Client(server.url, { ...session, accessToken: `${session.accessToken}x` }).seq(),
      client.graphql(`{ nothing(text: "${planted.notes}") }`),
      client.graphql(`{ broken "${planted.notes}`),
      client.graphql('mutation ($password: String!) { deleteAccount(password: $password) }', {
        password: `${planted.password}!`,
      }),
    ];
    const refusals = await Promise.all(failures.map(refusalOf));
    expect(refusals).toHaveLength(failures.length);

    const secrets = [
      ...Object.values(planted),
      email,
      session.accessToken,
      session.refreshToken,
      client.session!.refreshToken,
    ];
    for (const secret of secrets) expect(server.output()).not.toContain(secret);
  });
});

const script = `
  import { log, openLog } from './src/platform/observation/log.ts';
  openLog('debug');
  const secret = 'planted-secret';
  log.error({ password: secret, user: { email: secret, deep: { token: secret } }, notes: secret }, 'with fields');
  const error = Object.assign(new Error('duplicate key (' + secret + ')'), { code: '23505', detail: 'Key (email)=(' + secret + ')', constraint: 'users_email_key' });
  log.error({ err: error }, 'with an error');
  log.warn({ err: secret }, 'with a text thrown');
`;

describe('a line of the log', () => {
  it('tells what went wrong, and none of the data', async () => {
    // In a process of its own: the log writes to standard error itself.
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module-typescript', '-e', script];
    const child = startChild(process.execPath, flags, { cwd: join(import.meta.dirname, '../../..') });
    expect(await child.exited).toBe(0);
    const written = child
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; err?: object });
    expect(written.map((line) => line.msg)).toEqual(['with fields', 'with an error', 'with a text thrown']);
    expect(child.output()).not.toContain('planted-secret');
    expect(written[1]!.err).toMatchObject({ name: 'Error', code: '23505', constraint: 'users_email_key' });
  });
});
