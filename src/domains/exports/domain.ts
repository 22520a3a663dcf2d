import { defineDomain } from '../../kernel/define-domain.ts';
import { serveExport } from './http.ts';

export const exports = defineDomain({
  name: 'exports',
  loadGraphql: () => import('./graphql.ts'),
  routes: [{ method: 'GET', segment: 'exports', handle: serveExport }],
});
