/**
 * CLOSED: not opened. CONNECTING: on the way. LIVE: changes arrive as they happen. OFFLINE: tried in vain, and will try
 * again. SIGNED_OUT: somebody has to sign in. In each of them reads and writes work.
 */
export type Status = 'CLOSED' | 'CONNECTING' | 'LIVE' | 'OFFLINE' | 'SIGNED_OUT';
