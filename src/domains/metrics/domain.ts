import { defineDomain } from '../../kernel/define-domain.ts';
import { metricRestorer } from './restore.ts';

export const metrics = defineDomain({
  name: 'metrics',
  loadGraphql: () => import('./graphql-operations.ts'),
  restorers: [metricRestorer],
  lastingTypes: ['Metric'],
});
