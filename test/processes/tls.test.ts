import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config.ts';
import { certificateInterval } from '../../src/processes/tls.ts';
import { startApp, type App } from '../setup/app.ts';
import { runMain } from '../setup/process.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) console.warn('skipped: TLS needs certificates, and there is no openssl here to make them');

/** Makes a key and a certificate that signs itself. */
function makeCertificate(folder: string, name: string): { cert: string; key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { cert, key };
}

describe.skipIf(!hasOpenssl)('a server with a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lifegraph-tls-'));
  const inUse = { cert: join(folder, 'in-use.crt'), key: join(folder, 'in-use.key') };
  let app: App;
  let first: { cert: string; key: string };

  const put = ({ cert, key }: { cert: string; key: string }) => {
    copyFileSync(cert, inUse.cert);
    copyFileSync(key, inUse.key);
  };

  beforeAll(async () => {
    first = makeCertificate(folder, 'first');
    put(first);
    // The timer that looks at the files is to run as the test says.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    app = await startApp({ TLS_CERT_FILE: inUse.cert, TLS_KEY_FILE: inUse.key });
  });
  afterAll(async () => {
    vi.useRealTimers();
    await app?.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => put(first));

  const ca = () => readFileSync(first.cert);

  async function handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
    const { port } = new URL(app.url);
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    socket.on('error', () => undefined);
    return socket;
  }

  async function nameInUse(): Promise<string> {
    const socket = await handshake();
    const name = new X509Certificate(socket.getPeerCertificate(true).raw).subject;
    socket.destroy();
    return name;
  }

  it('serves the API over HTTPS, to who trusts the certificate alone', async () => {
    expect(app.url).toMatch(/^https:/);
    const ask = request(`${app.url}/graphql`, {
      method: 'POST',
      ca: ca(),
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    ask.end(JSON.stringify({ query: '{ __typename }' }));
    const [answer] = (await once(ask, 'response')) as [NodeJS.ReadableStream & { headers: Record<string, string> }];
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    expect(text).toBe('{"data":{"__typename":"Query"}}');
    expect(answer.headers['strict-transport-security']).toMatch(/^max-age=\d{8}$/);
    const distrustful = request(`${app.url}/health/live`, { agent: false }).end();
    expect(await once(distrustful, 'error')).toMatchObject([{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }]);
  });

  it('serves sockets over it', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { ca: ca() });
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer x' } }));
    expect((await once(socket, 'close'))[0]).toBe(4401);
  });

  it('takes TLS 1.2 and newer, nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake({ minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).toBe(version);
      socket.destroy();
    }
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(handshake(old)).rejects.toThrow(/protocol version|no protocols|alert/);
  });

  it('takes over a renewed certificate without a restart, and drops nobody', async () => {
    const standing = await handshake();
    expect(await nameInUse()).toBe('CN=first');
    put(makeCertificate(folder, 'second'));
    vi.advanceTimersByTime(certificateInterval);
    expect(await nameInUse()).toBe('CN=second');
    standing.write('GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(String((await once(standing, 'data'))[0])).toContain('200 OK');
    standing.destroy();
    put(first);
    vi.advanceTimersByTime(certificateInterval);
    expect(await nameInUse()).toBe('CN=first');
  });

  it('keeps the old one while the new one is not whole', async () => {
    const third = makeCertificate(folder, 'third');
    copyFileSync(third.cert, inUse.cert);
    vi.advanceTimersByTime(certificateInterval);
    expect(await nameInUse()).toBe('CN=first');
    copyFileSync(third.key, inUse.key);
    vi.advanceTimersByTime(certificateInterval);
    expect(await nameInUse()).toBe('CN=third');
    put(first);
    vi.advanceTimersByTime(certificateInterval);
  });

  it('says https where it can be reached', async () => {
    const env = { TLS_CERT_FILE: first.cert, TLS_KEY_FILE: first.key, DATA_DIR: 'memory://' };
    const child = runMain({ ...env, JWT_SECRET: 'x'.repeat(32) });
    await vi.waitFor(() => expect(child.output()).toMatch(/running at https:\/\/127\.0\.0\.1:\d+\/graphql/), 80_000);
    expect(await child.kill()).toBe(0);
  }, 90_000);

  it.each([
    ['is not there', () => ({ cert: join(folder, 'none.crt'), key: first.key }), /TLS_CERT_FILE.*ENOENT/],
    ['does not fit', () => ({ cert: first.cert, key: makeCertificate(folder, 'other').key }), /mismatch/],
    ['is none', () => (writeFileSync(join(folder, 'x'), 'x'), { cert: join(folder, 'x'), key: first.key }), /TLS_CERT/],
  ])('does not start when a file %s, and says so plainly', async (_, files, message) => {
    const { cert, key } = files();
    const child = runMain({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key, DATA_DIR: 'memory://' });
    expect(await child.exited).toBe(1);
    expect(child.output()).toMatch(message);
    expect(child.output()).not.toMatch(/^\s+at /m);
  });
});

it('a certificate without its key is refused', () => {
  expect(() => readConfig({ TLS_CERT_FILE: 'x' })).toThrow('TLS_KEY_FILE');
  expect(() => readConfig({ TLS_KEY_FILE: 'x' })).toThrow('TLS_CERT_FILE');
  expect(readConfig({}).tls).toBeUndefined();
});
