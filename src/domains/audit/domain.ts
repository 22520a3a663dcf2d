import { defineDomain, type Outliving, type Retention } from '../../kernel/define-domain.ts';
import { countEvents, forgetEvents } from './forget.ts';

const events: Retention = { name: 'audit events', days: 'audit', count: countEvents, forget: forgetEvents };

/** An account that is erased takes the key of its details along. */
const outliving: readonly Outliving[] = [
  {
    table: 'audit_events',
    reason:
      'What was done with the account and when, under its random id. Device names and addresses cannot be read any more.',
    days: 'audit',
  },
  { table: 'audit_heads', reason: 'How long the audit log is, so that it can be checked.', days: 'audit' },
];

export const audit = defineDomain({
  name: 'audit',
  loadGraphql: () => import('./graphql.ts'),
  retention: [events],
  outliving,
});
