import type { ChangeTransaction } from '../../changes/write-changes.ts';
import { defineRestorer } from '../../kernel/define-domain.ts';
import { storeProfile } from './accounts.ts';
import type { ProfileSettings } from './input.ts';

/** How a person's settings are brought back to what they were. */
export const profileRestorer = defineRestorer<ChangeTransaction, ProfileSettings>({
  entityType: 'User',
  fields: { timeZone: 'timeZone', dayStartsAt: 'dayStartsAt', preferences: 'preferences' },
  update: async (tx, viewer, _, fields) => void (await storeProfile(tx, viewer, fields)),
});
