import { InvalidInputError } from '../../kernel/errors.ts';

/** The file as a whole cannot be read; the message is a plain sentence for the person. */
export class BrokenFileError extends InvalidInputError {
  constructor(message: string) {
    super([{ path: [], message }]);
  }
}
