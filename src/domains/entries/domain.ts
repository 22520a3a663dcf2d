import { defineDomain } from '../../kernel/define-domain.ts';

export const entries = defineDomain({
  name: 'entries',
  loadGraphql: () => import('./graphql.ts'),
});
