import { newId } from '../../src/kernel/ids.ts';
import { goodPassword, newEmail } from '../setup/client.ts';
import type { Place } from './operations.ts';
import type { Person, Things } from './people.ts';

/** Arguments of a root field. @param ids what they name @param asker who has something of their own wherever the call needs that */
type Call = (ids: Things, asker: Person) => Record<string, unknown>;

const range = { from: '2026-10-01', to: '2026-10-30' };
const none: Call = () => ({});
const id =
  (name: keyof Things): Call =>
  (ids) => ({ id: ids[name] });
const operation =
  (action: (ids: Things, asker: Person) => object): Call =>
  (ids, asker) => ({ operations: [{ id: newId(), action: action(ids, asker) }] });
const metric = { name: 'Mine', type: 'NUMBER' };
const entry = { date: '2026-11-21', value: 1 };

/**
 * For every root field calls that an owner gets an answer to, so many that each place for an id is filled by one of them.
 */
export const calls: Readonly<Record<Place, readonly Call[]>> = {
  'Query.auditCheck': [() => ({ since: { seq: 1, hash: '0'.repeat(64) } })],
  'Query.auditLog': [() => ({ first: 5 })],
  'Query.changes': [() => ({ after: 0, first: 5 })],
  'Query.correlations': [({ metricId, otherMetricId }) => ({ input: { metricIds: [metricId, otherMetricId], range } })],
  'Query.devices': [none],
  'Query.entries': [({ metricId }) => ({ filter: { metricIds: [metricId] }, first: 2 })],
  'Query.entry': [id('entryId')],
  'Query.erasurePreview': [none],
  'Query.history': [
    ({ entryId }) => ({ entityId: entryId, first: 2 }),
    ({ metricId }) => ({ entityId: metricId, first: 2 }),
    ({ importId }) => ({ entityId: importId, first: 2 }),
  ],
  'Query.import': [id('importId')],
  'Query.insight': [id('insightId')],
  'Query.insightReadiness': [({ metricId }) => ({ metricIds: [metricId] })],
  'Query.insightSummary': [none],
  'Query.insights': [({ metricId }) => ({ filter: { metricIds: [metricId] }, first: 2 })],
  'Query.job': [id('jobId')],
  'Query.me': [none],
  'Query.metric': [id('metricId')],
  'Query.metrics': [() => ({ first: 2 })],
  'Query.series': [({ metricId }) => ({ metricIds: [metricId], range })],
  'Query.snapshot': [() => ({ first: 5 })],
  'Query.trends': [({ metricId }) => ({ input: { metricIds: [metricId], range } })],
  'Mutation.applyImport': [id('importId')],
  'Mutation.applyOperations': [
    operation(({ entryId }, { things }) => ({ createEntry: { ...entry, id: entryId, metricId: things.metricId } })),
    operation(({ metricId }) => ({ createEntry: { ...entry, metricId } })),
    operation(({ metricId }) => ({ createMetric: { ...metric, id: metricId } })),
    operation(({ entryId }) => ({ updateEntry: { id: entryId, input: { value: 5 } } })),
    operation(({ metricId }) => ({ updateMetric: { id: metricId, input: { name: 'New' } } })),
    operation(({ entryId }) => ({ deleteEntry: { id: entryId } })),
    operation(({ metricId }) => ({ deleteMetric: { id: metricId } })),
    operation(({ insightId }) => ({ rateInsight: { id: insightId, rating: 'HELPFUL' } })),
    operation(({ insightId }) => ({ dismissInsight: { id: insightId } })),
    operation(() => ({ updateProfile: { dayStartsAt: 3 } })),
  ],
  'Mutation.changePassword': [() => ({ currentPassword: goodPassword, newPassword: `${goodPassword}, and so on` })],
  'Mutation.createEntries': [
    ({ metricId }) => ({ input: [{ ...entry, metricId }] }),
    ({ entryId }, { things }) => ({ input: [{ ...entry, id: entryId, metricId: things.metricId }] }),
  ],
  'Mutation.createEntry': [
    ({ metricId }) => ({ input: { ...entry, metricId } }),
    ({ entryId }, { things }) => ({ input: { ...entry, id: entryId, metricId: things.metricId } }),
  ],
  'Mutation.createImport': [() => ({ input: { format: 'CSV' } })],
  'Mutation.createMetric': [({ metricId }) => ({ input: { ...metric, id: metricId } })],
  'Mutation.deleteAccount': [() => ({ password: goodPassword })],
  'Mutation.deleteEntry': [id('entryId')],
  'Mutation.deleteMetric': [id('metricId')],
  'Mutation.dismissInsight': [id('insightId')],
  'Mutation.endDevice': [id('deviceId')],
  'Mutation.exportData': [({ metricId }) => ({ input: { format: 'JSON', metricIds: [metricId] } })],
  'Mutation.login': [(_, { client }) => ({ input: { email: client.session!.user.email, password: goodPassword } })],
  'Mutation.logout': [none],
  'Mutation.logoutEverywhere': [none],
  'Mutation.rateInsight': [({ insightId }) => ({ id: insightId, rating: 'HELPFUL' })],
  'Mutation.refreshInsights': [none],
  'Mutation.refreshSession': [(_, { client }) => ({ refreshToken: client.session!.refreshToken })],
  'Mutation.register': [() => ({ input: { email: newEmail(), password: goodPassword } })],
  'Mutation.undo': [() => ({ seq: 2 })],
  'Mutation.undoImport': [id('importId')],
  'Mutation.updateEntry': [({ entryId }) => ({ id: entryId, input: { value: 5 } })],
  'Mutation.updateMetric': [({ metricId }) => ({ id: metricId, input: { name: 'New' } })],
  'Mutation.updateProfile': [() => ({ input: { dayStartsAt: 4 } })],
  'Subscription.changes': [() => ({ after: 0 })],
  'Subscription.job': [id('jobId')],
};
