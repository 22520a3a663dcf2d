import { defineDomain } from '../../kernel/define-domain.ts';
import { entryRestorer } from './restore.ts';

export const entries = defineDomain({
  name: 'entries',
  loadGraphql: () => import('./graphql-operations.ts'),
  restorers: [entryRestorer],
});
