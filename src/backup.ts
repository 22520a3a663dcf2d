/**
 * Copies the embedded database to a folder, or back: `npm run backup -- <folder>`, `npm run restore -- <folder>`, while the
 * server is stopped. See docs/backups.md.
 */
import { ConfigError, readConfig } from './config.ts';
import { DirectoryLockedError } from './platform/database/directory-lock.ts';
import { BackupError, restoreDatabase, saveDatabase } from './platform/database/embedded-backup.ts';
import { journalName } from './platform/forgetting/erasure-journal.ts';
import { keyFile } from './platform/secrets/key-ring.ts';

const [action, folder] = process.argv.slice(2);

try {
  run();
} catch (error) {
  if (!(error instanceof BackupError || error instanceof ConfigError || error instanceof DirectoryLockedError))
    throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function run(): void {
  const { dataDir, databaseUrl } = readConfig();
  if (databaseUrl) throw new BackupError('The database is a server of its own: use pg_dump and pg_restore.');
  if (!folder || (action !== 'save' && action !== 'restore')) throw new BackupError('Name one folder for the backup.');
  if (action === 'save') {
    saveDatabase(dataDir, folder);
    console.log(`The database is copied to ${folder}.
It cannot be read without the key in ${dataDir}/${keyFile} (or ENCRYPTION_KEY): keep a copy of that apart from it.
Keep ${dataDir}/${journalName} too, always the newest: it keeps erased people from coming back.`);
  } else {
    restoreDatabase(dataDir, folder);
    console.log(`The database is restored to ${dataDir}. It needs the key that it was made with, and the newest
${journalName} beside it: people who were erased since are erased again at the start.`);
  }
}
