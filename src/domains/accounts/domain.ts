import { defineDomain } from '../../kernel/define-domain.ts';

export const accounts = defineDomain({
  name: 'accounts',
  loadGraphql: () => import('./graphql.ts'),
});
