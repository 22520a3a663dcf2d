import { defineDomain } from '../../kernel/define-domain.ts';
import { serveUpload } from './http.ts';
import { importJobs } from './jobs.ts';
import { importRetention } from './retention.ts';

export const imports = defineDomain({
  name: 'imports',
  loadGraphql: () => import('./graphql.ts'),
  jobs: importJobs,
  retention: importRetention,
  routes: [{ method: 'PUT', segment: 'imports', handle: serveUpload }],
});
