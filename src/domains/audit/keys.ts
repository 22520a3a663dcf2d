import type { KeyObject } from 'node:crypto';
import { sql } from '../../platform/database/database.ts';
import { openInstallationKeys } from '../../platform/secrets/installation-keys.ts';

/** The keys of the chains, by generation. */
let keys = new Map<number, KeyObject>();

/**
 * Opens the keys of the chains, once the key ring is open; the first time, one is made.
 * @throws ConfigError when they are sealed under a key of the installation that was not given
 */
export async function openAuditKeys(): Promise<void> {
  const [row] = await sql.query<{ used: number | null }>('SELECT max(key_generation)::int AS used FROM audit_heads');
  keys = await openInstallationKeys('audit', row?.used ?? 0);
}

/** The key of a generation; undefined when there is none. */
export const auditKey = (generation: number): KeyObject | undefined => keys.get(generation);

/** The key that new links are hashed with. */
export function newestAuditKey(): { generation: number; key: KeyObject } {
  const generation = Math.max(...keys.keys());
  const key = keys.get(generation);
  if (!key) throw new Error('the audit log is not open');
  return { generation, key };
}
