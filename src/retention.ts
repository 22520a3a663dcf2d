/**
 * Lets go now of what has been kept long enough, and ends; with --dry-run it only says what would go. Beside a running server
 * when the database is one of its own, otherwise while it is stopped.
 */
import { operationRetention, changeRetention } from './changes/retention.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { domains } from './domains.ts';
import { scrubErased } from './domains/accounts/erasure.ts';
import { openAuditKeys } from './domains/audit/keys.ts';
import { configureImports } from './domains/imports/settings.ts';
import { closeDatabase, openDatabase } from './platform/database/database.ts';
import { DirectoryLockedError } from './platform/database/directory-lock.ts';
import { openLog } from './platform/observation/log.ts';
import { previewRetention, runRetention } from './platform/forgetting/retention.ts';
import { openSecrets } from './platform/secrets/secrets.ts';
import { openVault } from './platform/secrets/vault.ts';

const lasting = domains.flatMap((domain) => domain.lastingTypes ?? []);
const kinds = [...domains.flatMap((domain) => domain.retention ?? []), operationRetention, changeRetention(lasting)];

try {
  const config = readConfig();
  openLog(config.logLevel);
  await openDatabase(config);
  await act(config);
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DirectoryLockedError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await closeDatabase();
}

async function act(config: Config): Promise<void> {
  if (process.argv.includes('--dry-run')) return preview(config);
  openSecrets(config);
  await openVault(config);
  await openAuditKeys();
  configureImports({ maxBytes: config.importMaxBytes, readyDays: config.retentionDays.imports });
  const gone = await runRetention(kinds, config.retentionDays);
  for (const [name, rows] of Object.entries(gone)) console.log(`${name}: ${rows} gone`);
  await scrubErased();
}

async function preview({ retentionDays }: Config): Promise<void> {
  for (const { name, days, rows, oldest } of await previewRetention(kinds, retentionDays)) {
    const rule = days > 0 ? `kept for ${days} days` : 'kept for ever';
    console.log(`${name} (${rule}): ${rows} would go${oldest ? `, the oldest of ${oldest.toISOString()}` : ''}`);
  }
  console.log('Nothing was changed.');
}
