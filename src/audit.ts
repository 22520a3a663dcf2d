/**
 * Looks at every audit log there is and ends: with 0 when all are whole, otherwise with 1 and a line for each that is broken.
 * On a database server it may run beside the application; the embedded database only one process can have open.
 */
import { ConfigError, readConfig, type Config } from './config.ts';
import { openAuditKeys } from './domains/audit/keys.ts';
import { checkAllChains } from './domains/audit/verify.ts';
import { closeDatabase, openDatabase } from './platform/database/database.ts';
import { DirectoryLockedError } from './platform/database/directory-lock.ts';
import { openKeyRing } from './platform/secrets/key-ring.ts';

try {
  process.exitCode = (await checkAll(readConfig())) > 0 ? 1 : 0;
} catch (error) {
  if (error instanceof ConfigError || error instanceof DirectoryLockedError) console.error(error.message);
  else console.error('The audit logs could not be checked:', error);
  process.exitCode = 2;
} finally {
  await closeDatabase();
}

/** @returns how many are broken */
async function checkAll(config: Config): Promise<number> {
  await openDatabase(config);
  openKeyRing(config);
  await openAuditKeys();
  const found = { people: 0, events: 0, broken: 0 };
  for await (const { userId, events, broken } of checkAllChains()) {
    found.people += 1;
    found.events += events;
    if (!broken) continue;
    found.broken += 1;
    console.log(`BROKEN ${userId} at ${broken.seq ?? '-'}: ${broken.problem}`);
  }
  console.log(`${found.people} people, ${found.events} sound events, ${found.broken} broken logs.`);
  return found.broken;
}
