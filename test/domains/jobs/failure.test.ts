import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../src/domains/jobs/failure.ts';
import { TooCostlyError, UnavailableError } from '../../../src/kernel/errors.ts';

const id = '01a1fd5a-5876-711d-bc74-3df1035d0bd0';

/** An error as the queue keeps it. */
const keep = (error: Error): unknown =>
  JSON.parse(JSON.stringify({ ...error, name: error.name, message: error.message, stack: error.stack }));

describe('why a job was given up', () => {
  it.each([new UnavailableError('The service sleeps.'), new TooCostlyError('This takes a year.')])(
    'is told in our own words when we have any (%s)',
    (error) => {
      expect(describeFailure(id, keep(error))).toBe(error.message);
    },
  );

  it.each<[string, unknown]>([
    ['an error of the database', keep(Object.assign(new Error('mood 3 exists'), { code: '23505', detail: 'mood 3' }))],
    ["a library's error with a code like ours", keep(Object.assign(new Error('mood 3'), { code: 'NOT_FOUND' }))],
    ['a defect', keep(new TypeError('mood 3 is not a function'))],
    ['a text', { value: 'mood 3' }],
    ['nothing', null],
  ])('is no more than the id to ask with after %s', (_, output) => {
    expect(describeFailure(id, output)).toBe(
      `Something went wrong on our side. It was tried several times. To ask about it, name the job: ${id}.`,
    );
  });

  it('tells a run that took too long from one whose server stopped', () => {
    const ofNote = (message: string) => describeFailure(id, { value: { message } });
    expect(ofNote('job timed out')).toMatch(/^It took longer than it may\. .*name the job/);
    expect(ofNote('job heartbeat timeout')).toMatch(/^The server stopped while it ran\. .*name the job/);
  });
});
