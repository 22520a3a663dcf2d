import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createImport, put, requestExport } from '../domains/imports/transfer.ts';
import { startApp, type App } from '../setup/app.ts';
import { Client, type Subscription } from '../setup/client.ts';
import { Device } from '../setup/device.ts';
import { refusalOf } from '../setup/refusals.ts';
import { endings } from './endings.ts';
import { transports } from './transports.ts';

let app: App;

beforeAll(async () => {
  // Longer than any of these tests: what ends here was told to.
  app = await startApp({ HEARTBEAT_SECONDS: '60' });
});
afterAll(() => app.stop());

const statusOf = async (client: Client) => (await client.raw('{ metrics { edges { cursor } } }')).status;
const unauthenticated = { code: 'UNAUTHENTICATED', status: 401 };

describe.each(Object.entries(endings))('9: after %s', (_name, { document, reaches }) => {
  it.each(transports)('over %s, access, refresh, links and sockets of that device end', async (_, ask) => {
    const phone = await Client.register(app.url);
    const laptop = await Client.login(app.url, phone.session!.user.email);
    const links = [await requestExport(phone, { format: 'CSV' }), (await createImport(phone, 'CSV')).uploadUrl!];
    const idle = await Device.connect(phone);
    const [own, others] = [phone.follow(0), laptop.follow(0)];
    await Promise.all([own.take(1), others.take(2)]);
    expect(await Promise.all([phone, laptop].map(statusOf))).toEqual([200, 200]);
    expect((await fetch(app.url + links[0]!)).status).toBe(200);

    expect((await ask(phone, document(phone))).errors).toBeUndefined();

    expect(await statusOf(phone)).toBe(401);
    expect(await refusalOf(phone.refresh())).toMatchObject(unauthenticated);
    expect(await refusalOf(phone.createMetric())).toMatchObject(unauthenticated);
    expect((await fetch(app.url + links[0]!)).status).toBe(401);
    expect((await put(phone, links[1]!, 'date,metric,value\n2026-01-01,Mood,1\n')).status).toBe(401);
    expect(await own.closed).toMatchObject({ code: 4401 });
    expect(await idle.closed).toMatchObject({ code: 4401 });
    expect(await (await Device.connect(phone)).closed).toMatchObject({ code: 4401 });
    await (reaches === 'all' ? expectEnded : expectWell)(laptop, others);
  });
});

async function expectEnded(device: Client, socket: Subscription<object>): Promise<void> {
  expect(await statusOf(device)).toBe(401);
  expect(await refusalOf(device.refresh())).toMatchObject(unauthenticated);
  expect(await socket.closed).toMatchObject({ code: 4401 });
}

async function expectWell(device: Client, socket: Subscription<object>): Promise<void> {
  const { id } = await device.createMetric();
  expect(await socket.take(1)).toMatchObject([{ changes: { entityId: id } }]);
  expect((await device.refresh()).user.id).toBe(device.userId);
  await socket.close();
}
