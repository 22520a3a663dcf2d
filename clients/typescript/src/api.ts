import { ApiError } from './failures.ts';
import type { Post } from './post.ts';
import type { TokenSource } from './tokens.ts';

/** Operations of the signed-in person: a token that has ended is replaced, once per operation. */
export class Api {
  private readonly post: Post;
  private readonly tokens: TokenSource;

  private readonly signal: AbortSignal;

  constructor(post: Post, tokens: TokenSource, signal: AbortSignal) {
    this.post = post;
    this.tokens = tokens;
    this.signal = signal;
  }

  /** @throws ApiError, UnreachableError, SignedOutError */
  async run<Data>(document: string, variables: object = {}): Promise<Data> {
    const { signal } = this;
    const token = await this.tokens.accessToken();
    try {
      return await this.post<Data>(document, variables, { token, signal });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'UNAUTHENTICATED') throw error;
      return this.post<Data>(document, variables, { token: await this.tokens.refresh(token), signal });
    }
  }
}
