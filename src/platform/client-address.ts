import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4, isIPv6 } from 'node:net';

/** Reads whose address a request comes from; null when there is none (a socket of the file system). */
export type ReadAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string | null;

/**
 * How the address of a client is read.
 *
 * Each proxy appends to X-Forwarded-For whom it was asked by; what stands before that, anybody may have written. So behind n
 * proxies of ours the n-th address from the right is the client's, and without any the header says nothing.
 * @param trustedProxies proxies in front of this server, through which every request comes
 */
export function createAddressReader(trustedProxies: number): ReadAddress {
  return ({ headers, socket }) => {
    const forwarded = trustedProxies > 0 ? readForwarded(headers['x-forwarded-for'], trustedProxies) : null;
    return forwarded ?? (socket.remoteAddress ? toNetwork(socket.remoteAddress) : null);
  };
}

function readForwarded(header: string | string[] | undefined, trustedProxies: number): string | null {
  const addresses = String(header ?? '').split(',');
  // Fewer than there are proxies: the first one was written by one of them all the same.
  const written = addresses[Math.max(0, addresses.length - trustedProxies)]!.trim();
  const address = /^\[(.+)\](:\d+)?$/.exec(written)?.[1] ?? written.replace(/^([\d.]+):\d+$/, '$1');
  return isIP(address) === 0 ? null : toNetwork(address);
}

/** What is counted as one client: an IPv4 address, or the /64 of an IPv6 address, all of which one household has. */
export function toNetwork(address: string): string {
  if (!address.includes(':')) return address;
  const plain = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^(?:0*:)*:?(?:0*:)*ffff:([\d.]+)$/.exec(plain)?.[1];
  if (mapped && isIPv4(mapped)) return mapped;
  return isIPv6(plain) ? `${firstGroups(plain)}::/64` : plain;
}

/** The first four of the eight groups, without leading zeros. */
function firstGroups(address: string): string {
  const [left = '', right] = address.split('::');
  const groups = left === '' ? [] : left.split(':');
  const given = groups.length + (right ? right.split(':').length + (right.includes('.') ? 1 : 0) : 0);
  if (right !== undefined) groups.push(...Array.from({ length: 8 - given }, () => '0'), ...right.split(':'));
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':');
}
