import { afterEach, describe, expect, it, vi } from 'vitest';
import { lead, watchForLife } from '../../../clients/typescript/src/leadership.ts';
import { Device, until } from './device.ts';
import { FakeServer } from './fake-server.ts';

/** What a browser has and Node has not. */
function stubBrowser() {
  const [page, window] = [Object.assign(new EventTarget(), { visibilityState: 'hidden' }), new EventTarget()];
  vi.stubGlobal('document', page);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window));
  return { page, window };
}

describe('a browser that comes back to life', () => {
  afterEach(() => void vi.unstubAllGlobals());

  it('is noticed when the network is back or somebody looks, until nobody wants to know', () => {
    const { page, window } = stubBrowser();
    const onLife = vi.fn<() => void>();
    const stop = watchForLife(onLife);
    page.dispatchEvent(new Event('visibilitychange'));
    expect(onLife).toHaveBeenCalledTimes(0);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('online'));
    expect(onLife).toHaveBeenCalledTimes(2);
    stop();
    window.dispatchEvent(new Event('online'));
    page.dispatchEvent(new Event('visibilitychange'));
    expect(onLife).toHaveBeenCalledTimes(2);
  });

  it('ends the longest back-off at once', async () => {
    const { window } = stubBrowser();
    const server = new FakeServer();
    server.faults.isDown = true;
    const never = (_: number, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    const { client } = await Device.open(server, { sleep: never });
    await until(() => client.status === 'OFFLINE', 'it is offline');
    server.faults.isDown = false;
    window.dispatchEvent(new Event('online'));
    await until(() => client.status === 'LIVE', 'it is live');
    expect(client.seq).toBe(server.head);
    await client.close();
  });
});

describe('leading', () => {
  it('ends for who waits when it closes', async () => {
    const closing = new AbortController();
    const held = Promise.withResolvers<void>();
    const first = lead(navigator.locks, 'store of this test', new AbortController().signal, () => held.promise);
    const work = vi.fn<() => Promise<void>>(async () => {});
    const second = lead(navigator.locks, 'store of this test', closing.signal, work);
    closing.abort();
    await second;
    held.resolve();
    await first;
    expect(work).not.toHaveBeenCalled();
  });

  it('says so when the work fails', async () => {
    const failing = lead(navigator.locks, 'another one', new AbortController().signal, async () => {
      throw new Error('no store');
    });
    await expect(failing).rejects.toThrow('no store');
  });
});
