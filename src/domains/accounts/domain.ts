import { defineDomain } from '../../kernel/define-domain.ts';
import { accountJobs } from './jobs.ts';
import { profileRestorer } from './restore.ts';
import { accountRetention } from './retention.ts';

export const accounts = defineDomain({
  name: 'accounts',
  loadGraphql: () => Promise.all([import('./graphql-operations.ts'), import('./graphql-erasure.ts')]),
  jobs: accountJobs,
  restorers: [profileRestorer],
  retention: accountRetention,
});
