import { defineDomain } from '../../kernel/define-domain.ts';

export const metrics = defineDomain({
  name: 'metrics',
  loadGraphql: () => import('./graphql.ts'),
});
