import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAddressReader, toNetwork } from '../../src/platform/client-address.ts';

const read = (trustedProxies: number, header: string | undefined, remoteAddress: string | undefined = '10.0.0.1') =>
  createAddressReader(trustedProxies)({
    headers: { 'x-forwarded-for': header },
    socket: { remoteAddress },
  } as unknown as IncomingMessage);

describe('the address of a client', () => {
  it('is that of its connection, whatever the header says, when there is no proxy', () => {
    expect(read(0, '203.0.113.7')).toBe('10.0.0.1');
  });

  it('is what the outermost trusted proxy has written, and not what stood there before', () => {
    expect(read(1, '203.0.113.7')).toBe('203.0.113.7');
    expect(read(1, '6.6.6.6, 203.0.113.7')).toBe('203.0.113.7');
    expect(read(2, '6.6.6.6, 203.0.113.7, 10.0.0.2')).toBe('203.0.113.7');
  });

  it('is the first one written when there are fewer than proxies', () => {
    expect(read(3, '203.0.113.7, 10.0.0.2')).toBe('203.0.113.7');
  });

  it.each([undefined, '', 'unknown', '203.0.113', '1.2.3.4, ', 'x'.repeat(10_000)])(
    'is that of the connection when the header has none: %j',
    (header) => {
      expect(read(1, header)).toBe('10.0.0.1');
    },
  );

  it('comes without its port', () => {
    expect(read(1, '203.0.113.7:50123')).toBe('203.0.113.7');
    expect(read(1, '[2001:db8:1:2::7]:50123')).toBe('2001:db8:1:2::/64');
    expect(read(1, '[2001:db8:1:2::7]')).toBe('2001:db8:1:2::/64');
  });

  it('is null on a socket of the file system', () => {
    expect(createAddressReader(0)({ headers: {}, socket: {} } as IncomingMessage)).toBeNull();
  });
});

describe('a network', () => {
  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1::5:6:7:8', '2001:db8:1:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4::', '1:2:3:4::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'],
    ['1:2:3::4:5:192.0.2.33', '1:2:3:0::/64'],
    ['::ffff:192.0.2.33', '192.0.2.33'],
    ['0:0:0:0:0:ffff:192.0.2.33', '192.0.2.33'],
    ['192.0.2.33', '192.0.2.33'],
  ])('of %s is %s', (address, network) => {
    expect(toNetwork(address)).toBe(network);
  });
});
