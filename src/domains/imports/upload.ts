import { ExpectedError } from '../../kernel/errors.ts';

/** A file on its way in. */
export type Upload = {
  /** What the client says it will send; null when it does not say. */
  length: number | null;
  /** Throws UploadInterruptedError when the client goes away. */
  bytes: AsyncIterable<Uint8Array>;
};

/** The client has gone before its file was here. It may try again. */
export class UploadInterruptedError extends ExpectedError {
  constructor() {
    super('UNAVAILABLE', 'The upload broke off. Send the file again.');
  }
}
