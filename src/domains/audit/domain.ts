import { defineDomain } from '../../kernel/define-domain.ts';

export const audit = defineDomain({
  name: 'audit',
  loadGraphql: () => import('./graphql.ts'),
});
