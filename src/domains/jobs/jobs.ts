import type { Viewer } from '../../kernel/viewer.ts';
import { isId } from '../../kernel/ids.ts';
import { findJob, type QueuedJob } from '../../platform/jobs/queue.ts';
import { describeFailure } from './failure.ts';

export type JobState = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

/** Work that runs in the background for a person. */
export type Job = {
  id: string;
  kind: string;
  state: JobState;
  /** From 0 to 1. */
  progress: number;
  error: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

/** Milliseconds between two looks at a job that is being followed. */
const pollInterval = 400;

const states: Record<QueuedJob['state'], JobState> = {
  created: 'QUEUED',
  retry: 'QUEUED',
  active: 'RUNNING',
  completed: 'DONE',
  failed: 'FAILED',
  cancelled: 'CANCELLED',
};

/** A job of the viewer, or null when there is none of this id. */
export async function getJob(viewer: Viewer, id: string): Promise<Job | null> {
  const job = isId(id) ? await findJob(viewer.userId, id) : null;
  return job && toJob(job);
}

/** A job whenever its state changes, until it has ended. Ends at once when there is none of this id. */
export async function* followJob(viewer: Viewer, id: string): AsyncGenerator<Job> {
  let seen: JobState | undefined;
  for (;;) {
    const job = await getJob(viewer, id);
    if (!job) return;
    if (job.state !== seen) yield job;
    seen = job.state;
    if (job.finishedAt) return;
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
}

function toJob(job: QueuedJob): Job {
  const state = states[job.state];
  return {
    id: job.id,
    kind: job.name,
    state,
    progress: state === 'DONE' ? 1 : 0,
    error: state === 'FAILED' ? describeFailure(job.id, job.output) : null,
    createdAt: job.createdOn,
    finishedAt: job.completedOn,
  };
}
