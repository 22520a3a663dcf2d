/** The network of one device: it may be away, and it may lose answers. */
export class Network {
  isDown = false;
  lostReplies = 0;
  connections = 0;
  /** What is queued does not get through; everything else does. */
  holdsQueue = false;
  /** How often each field was asked for. */
  readonly asked = { snapshot: 0, refreshSession: 0 };
  /** The numbers of all changes that came, over all sockets, and what closed these. */
  readonly numbers: number[] = [];
  readonly closeCodes: number[] = [];
  private readonly sockets = new Set<WebSocket>();

  readonly fetch: typeof fetch = async (...request) => {
    const body = String(request[1]?.body);
    if (this.isDown || (this.holdsQueue && body.includes('applyOperations'))) throw new TypeError('fetch failed');
    for (const field of ['snapshot', 'refreshSession'] as const) if (body.includes(`${field}(`)) this.asked[field] += 1;
    const response = await fetch(...request);
    if (this.lostReplies === 0) return response;
    this.lostReplies -= 1;
    throw new TypeError('fetch failed');
  };

  readonly webSocket = this.makeWebSocket();

  goDown(): void {
    this.isDown = true;
    this.cut();
  }

  cut(): void {
    for (const socket of this.sockets) socket.close(4000);
  }

  private note(text: string): void {
    const { type, payload } = JSON.parse(text) as { type: string; payload?: { data?: { changes: { seq: number } } } };
    if (type === 'next' && payload?.data) this.numbers.push(payload.data.changes.seq);
  }

  private makeWebSocket(): typeof WebSocket {
    const isDown = () => this.isDown;
    const add = (socket: WebSocket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.addEventListener('close', ({ code }) => this.closeCodes.push(code));
      socket.addEventListener('message', ({ data }) => this.note(String(data)));
    };
    return class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        // A port on which nobody listens.
        super(isDown() ? 'ws://127.0.0.1:9/' : url, protocols);
        add(this);
      }
    };
  }
}
