import { defineDomain } from '../../kernel/define-domain.ts';
import { finishedJobs } from '../../platform/jobs/finished-jobs.ts';

export const jobs = defineDomain({
  name: 'jobs',
  loadGraphql: () => import('./graphql.ts'),
  retention: [finishedJobs],
});
