import { defineDomain } from '../../kernel/define-domain.ts';

export const jobs = defineDomain({ name: 'jobs', loadGraphql: () => import('./graphql.ts') });
