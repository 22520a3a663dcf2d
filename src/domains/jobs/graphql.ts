import { builder } from '../../graphql/builder.ts';
import { viewerOf } from '../../graphql/context.ts';
import { defineEnum } from '../../graphql/enums.ts';
import { followJob, getJob, type Job as JobShape, type JobState as State } from './jobs.ts';

const JobState = defineEnum<State>('JobState', 'How far a job is.', {
  QUEUED: 'It waits for its turn, or for another try.',
  RUNNING: 'It runs.',
  DONE: 'It has done its work.',
  FAILED: 'It was given up after several tries.',
  CANCELLED: 'It was called off.',
});

export const Job = builder.objectRef<JobShape>('Job').implement({
  description: 'Work that runs in the background.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'UUID.' }),
    kind: t.exposeString('kind', { description: 'What it does: insights.refresh, …' }),
    state: t.field({ type: JobState, description: 'How far it is.', resolve: (job) => job.state }),
    progress: t.exposeFloat('progress', { description: 'From 0 to 1.' }),
    error: t.exposeString('error', {
      nullable: true,
      description: 'Why it was given up, in one plain sentence; null unless it was.',
    }),
    createdAt: t.field({ type: 'DateTime', description: 'When it was queued.', resolve: (job) => job.createdAt }),
    finishedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
      resolve: (job) => job.finishedAt,
    }),
  }),
});

builder.queryField('job', (t) =>
  t.field({
    type: Job,
    nullable: true,
    description: 'One job; null when there is none of this id.',
    args: { id: t.arg.id({ required: true, description: 'The job.' }) },
    resolve: (_, { id }, context) => getJob(viewerOf(context), id),
  }),
);

builder.subscriptionField('job', (t) =>
  t.field({
    type: Job,
    description: 'A job whenever its state changes, until it has ended.',
    args: { id: t.arg.id({ required: true, description: 'The job.' }) },
    subscribe: (_, { id }, context) => followJob(viewerOf(context), id),
    resolve: (job) => job,
  }),
);
