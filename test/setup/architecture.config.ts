import { defineConfig } from 'vitest/config';

/** For `npm run check`: the architecture alone, without the servers of the whole suite. */
export default defineConfig({ test: { include: ['test/architecture.test.ts'] } });
