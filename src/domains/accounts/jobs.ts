import { defineJob, type JobDefinition } from '../../kernel/define-domain.ts';
import { scrubErased, settleErasures } from './erasure.ts';

export const accountJobs: readonly JobDefinition[] = [
  defineJob({
    name: 'accounts.settleErasures',
    // When the others of the night have ended.
    schedule: '10 3 * * *',
    expireInSeconds: 3 * 3600,
    run: async () => {
      await settleErasures();
      await scrubErased();
    },
  }),
];
