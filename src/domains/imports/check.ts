import type { Viewer } from '../../kernel/viewer.ts';
import type { Question } from './format.ts';
import type { Progress } from './progress.ts';
import type { Rejections } from './rejections.ts';
import type { FileLayout } from './settle.ts';
import type { Staging, StagingKey } from './staging.ts';

/** What the check of one file works with. */
export type Check = {
  viewer: Viewer;
  key: StagingKey;
  staging: Staging;
  rejections: Rejections;
  progress: Progress;
  /** What the person has said beforehand. */
  options: Readonly<Record<string, unknown>>;
};

/** What a check says about the file as a whole. */
export type FileFacts = {
  layout: FileLayout;
  ignoredColumns: string[];
  /** What was left out on purpose, and how many records of it. */
  leftOut: ReadonlyMap<string, number>;
  questions: Question[];
};
