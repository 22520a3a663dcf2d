import { ExpectedError, TooCostlyError } from '../../kernel/errors.ts';
import { BrokenFileError } from './broken-file.ts';
import { importMaxBytes } from './settings.ts';

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

/**
 * The text of an upload, checked while it streams.
 * @param onBytes told how many bytes have come in so far
 * @throws TooCostlyError, BrokenFileError
 */
export async function* readText(upload: Upload, onBytes: (total: number) => Promise<void>): AsyncGenerator<string> {
  if (upload.length !== null && upload.length > importMaxBytes()) throw tooLarge();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let total = 0;
  let isBlank = true;
  for await (const chunk of upload.bytes) {
    total += chunk.byteLength;
    if (total > importMaxBytes()) throw tooLarge();
    const text = decode(decoder, chunk);
    isBlank &&= text.trim() === '';
    yield text;
    await onBytes(total);
  }
  yield decode(decoder);
  if (isBlank) throw new BrokenFileError('The file is empty.');
}

/** The decoder drops a byte order mark at the beginning, as the standard says. */
function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new BrokenFileError('The file is not text in UTF-8. Save it with this encoding and upload it again.');
  }
}

const tooLarge = () =>
  new TooCostlyError(`An import takes files of up to ${importMaxBytes()} bytes; this one is larger.`);
