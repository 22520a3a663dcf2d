import { defineDomain } from '../../kernel/define-domain.ts';
import { profileRestorer } from './restore.ts';

export const accounts = defineDomain({
  name: 'accounts',
  loadGraphql: () => import('./graphql-operations.ts'),
  restorers: [profileRestorer],
});
