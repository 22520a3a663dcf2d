import { defineDomain } from '../../kernel/define-domain.ts';
import { serveUpload } from './http.ts';
import { importJobs } from './jobs.ts';

export const imports = defineDomain({
  name: 'imports',
  loadGraphql: () => import('./graphql.ts'),
  jobs: importJobs,
  routes: [{ method: 'PUT', segment: 'imports', handle: serveUpload }],
});
