import { defineConfig } from 'vitest/config';

// For `npm run check`: the one test that needs no server.
export default defineConfig({ test: { include: ['test/architecture.test.ts'] } });
