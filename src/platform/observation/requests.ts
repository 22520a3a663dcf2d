import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Viewer } from '../../kernel/viewer.ts';

/** What becomes known of a request on its way. Ids, and names of our own making: nothing that a person or a client wrote. */
export type RequestNotes = {
  readonly id: string;
  /** query, mutation or subscription, and the schema's name of what is asked for. */
  operation?: { type: string; field: string };
  /** Who asks. */
  viewer?: Viewer;
  /** Codes of the errors it was answered with. */
  codes?: string[];
};

const storage = new AsyncLocalStorage<RequestNotes>();

/** Runs `work`, and all that it starts, as this request. */
export const asRequest = <Result>(notes: RequestNotes, work: () => Result): Result => storage.run(notes, work);

/** The request that is being served; undefined in jobs and timers. */
export const currentRequest = (): RequestNotes | undefined => storage.getStore();

/** A UUID, with or without its hyphens: no form in which somebody sends a token or a text. */
const idForm = /^[0-9a-f]{8}(-?)([0-9a-f]{4}\1){3}[0-9a-f]{12}$/i;

/** What a proxy or client calls the request, when that is an id; else one of our own. */
export const chooseRequestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && idForm.test(given) ? given : randomUUID();
