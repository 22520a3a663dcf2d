import { addOperation } from '../../graphql/operations.ts';
import { updateProfile } from './accounts.ts';
import { UpdateProfileInput } from './graphql.ts';

addOperation('updateProfile', {
  type: UpdateProfileInput,
  description: 'Changes the settings of this person.',
  entityType: 'User',
  kind: 'UPDATE',
  idOf: (_, viewer) => viewer.userId,
  run: (viewer, input) => updateProfile(viewer, input as never),
});
