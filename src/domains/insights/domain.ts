import { defineDomain } from '../../kernel/define-domain.ts';
import { refreshJob } from './insights.ts';
import { insightJobs } from './jobs.ts';

export const insights = defineDomain({
  name: 'insights',
  loadGraphql: () => Promise.all([import('./graphql-operations.ts'), import('./graphql-summary.ts')]),
  jobs: insightJobs,
  followUps: [{ entityTypes: ['Entry', 'Metric'], job: refreshJob }],
});
