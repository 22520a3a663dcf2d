import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { openSecrets } from '../../src/platform/secrets/secrets.ts';
import { signToken } from '../../src/platform/secrets/signed-tokens.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client } from '../setup/client.ts';
import { refusalOf } from '../setup/refusals.ts';

const newSecret = () => randomBytes(32).toString('base64');
const [first, second] = [newSecret(), newSecret()];

/** As a process that is started again with other secrets has it. */
const use = (secret: string, ...accepted: string[]) =>
  openSecrets(readConfig({ DATA_DIR: 'memory://', JWT_SECRET: secret, JWT_SECRET_ACCEPTED: accepted.join(',') }));

describe('4: the secret that signs tokens', () => {
  let app: App;
  let client: Client;

  beforeAll(async () => {
    app = await startApp({ JWT_SECRET: first });
    client = await Client.register(app.url);
  });
  afterAll(() => app.stop());

  let life = 600;
  /** A token like no other: one that was taken before is remembered. */
  const sign = () => {
    const claims = { sub: client.userId, sid: client.session!.device.id };
    const { token: accessToken } = signToken('access-token', claims, (life += 1));
    return new Client(app.url, { ...client.session!, accessToken });
  };

  it('is changed without signing anybody out, and taken until it is retired', async () => {
    use(first);
    const [early, late] = [sign(), sign()];
    use(second);
    const next = sign();
    use(first, second);
    expect(await next.seq()).toBe(1);
    use(second, first);
    expect(await early.seq()).toBe(1);
    use(second);
    expect(await sign().seq()).toBe(1);
    expect(await refusalOf(late.seq())).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  it('may be changed between a refresh and its retry: there is still one successor, and it works', async () => {
    use(first);
    const { refreshToken: spent } = client.session!;
    const { refreshToken: successor } = await client.refresh(spent);
    use(second, first);
    expect((await client.refresh(spent)).refreshToken).toBe(successor);
    use(second);
    client.session = await client.refresh(successor);
    expect(await client.seq()).toBe(1);
  });
});
