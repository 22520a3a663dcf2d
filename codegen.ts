import type { CodegenConfig } from '@graphql-codegen/cli';

/**
 * Typed documents for a React client: `npm run codegen` reads schema.graphql and the operations below web/, and writes
 * web/src/graphql/. Clients of your own can copy this file and point `documents` at their operations.
 */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['web/src/**/*.{ts,tsx}', 'web/operations/**/*.graphql', '!web/src/graphql/**'],
  ignoreNoDocuments: true,
  generates: {
    'web/src/graphql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: {
          Date: 'string',
          LocalTime: 'string',
          DateTime: 'string',
          JSON: 'unknown',
          EntryValue: 'number | boolean | string',
        },
      },
    },
  },
};

export default config;
