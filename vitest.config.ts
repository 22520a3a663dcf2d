import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The copy of graphql that Node gives to Yoga and Pothos. Vite would prefer the package's `module` field and give our
  // code another copy: then no GraphQLError is an instance of ours.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/setup/servers.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores: more workers only wait for each other.
    maxWorkers: 2,
  },
});
