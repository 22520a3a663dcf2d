import type { Viewer } from '../../kernel/viewer.ts';
import type { Progress } from './progress.ts';
import type { Rejections } from './rejections.ts';
import type { Staging, StagingKey } from './staging.ts';

/** What the check of one file works with. */
export type Check = {
  viewer: Viewer;
  key: StagingKey;
  staging: Staging;
  rejections: Rejections;
  progress: Progress;
};
