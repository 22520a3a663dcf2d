/** Brings the database to the newest schema and ends: for deployments that migrate before they start. */
import { readConfig } from './config.ts';
import { closeDatabase, openDatabase } from './platform/database/database.ts';

await openDatabase(readConfig());
await closeDatabase();
console.log('The database is up to date.');
