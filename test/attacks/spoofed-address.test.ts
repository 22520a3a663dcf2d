import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type App } from '../setup/app.ts';
import { newEmail } from '../setup/client.ts';

let app: App;

beforeAll(async () => {
  app = await startApp({ RATE_LIMIT: 'on' });
});
afterAll(() => app.stop());

// What the header does behind a proxy that is trusted is in sign-in.test.ts.
describe('without a proxy', () => {
  it('12: X-Forwarded-For makes nobody somebody else', async () => {
    const query = `mutation { login(input: { email: "${newEmail()}", password: "wrong" }) { accessToken } }`;
    const answers: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': `198.51.100.${i}` },
        body: JSON.stringify({ query }),
      });
      answers.push(/"code":"(\w+)"/.exec(await response.text())![1]!);
    }
    expect(new Set(answers.slice(0, 10))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(new Set(answers.slice(10))).toEqual(new Set(['RATE_LIMITED']));
  });
});
