/** A small client of the API, for the scripts here: plain fetch for operations, graphql-ws for what is live. */
import { createClient, type Client as SocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export class ApiClient {
  readonly url: string;
  private accessToken = '';
  private socket: SocketClient | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** Opens an account, or signs in when there is one already, and keeps the token. */
  async signIn(account: { email: string; password: string }, deviceName: string): Promise<void> {
    const session = 'accessToken';
    const register = `mutation ($input: RegisterInput!) { register(input: $input) { ${session} } }`;
    const login = `mutation ($input: LoginInput!) { login(input: $input) { ${session} } }`;
    const input = { ...account, deviceName };
    const opened = await this.run<{ register: { accessToken: string } }>(register, { input }).catch(() => null);
    this.accessToken = opened
      ? opened.register.accessToken
      : (await this.run<{ login: { accessToken: string } }>(login, { input })).login.accessToken;
  }

  /** Runs an operation. @throws Error with the first message of the server */
  async run<Data>(query: string, variables: object = {}): Promise<Data> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.accessToken && { authorization: `Bearer ${this.accessToken}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: { message: string }[] };
    if (errors?.[0]) throw new Error(errors[0].message);
    return data;
  }

  /** Follows a subscription. Ends when the client is closed. */
  follow<Data>(query: string, variables: Record<string, unknown> = {}): AsyncIterableIterator<{ data?: Data | null }> {
    this.socket ??= createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${this.accessToken}` },
    });
    return this.socket.iterate<Data>({ query, variables }) as AsyncIterableIterator<{ data?: Data | null }>;
  }

  async close(): Promise<void> {
    await this.socket?.dispose();
  }
}
