import { defineConfig } from 'prisma/config';

// `prisma generate` would download a schema engine that it does not use. Pointing it at any existing executable
// keeps `npm ci` and `generate` independent of every host but the npm registry.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath;

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://localhost/lifegraph' },
});
