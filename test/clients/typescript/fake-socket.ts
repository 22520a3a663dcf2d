import { toWire, type FakeServer, type Line } from './fake-server.ts';

/** Where a device says it is. */
type Begin = { after: number; afterAt?: string | null };
type Message = { type: string; id?: string; payload?: Record<string, unknown> };

/** A socket that speaks graphql-transport-ws with the fake server; both ends in one. */
export class FakeSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  /** Nothing comes or goes, and nobody says so. */
  isDead = false;
  private readonly server: FakeServer;
  private subscription: { id: string; last: number } | undefined;

  constructor(server: FakeServer) {
    this.server = server;
    server.asked['Socket'] = (server.asked['Socket'] ?? 0) + 1;
    queueMicrotask(() => this.connect());
  }

  send(text: string): void {
    const message = JSON.parse(text) as Message;
    queueMicrotask(() => this.take(message));
  }

  close(code = 1000): void {
    this.end(code, 'closed by the client');
  }

  /** Cut from the other side. */
  drop(code: number): void {
    this.end(code, 'cut');
  }

  /** Says a line that may not be in the log. */
  say(line: Line): void {
    this.reply({ type: 'next', id: this.subscription!.id, payload: { data: { changes: line } } });
  }

  /** Ends the subscription with what stands against this number. */
  refuse(after: number, at?: string | null): void {
    this.reply({ type: 'error', id: this.subscription!.id, payload: [this.server.refusalOf(after, at)] as never });
    this.subscription = undefined;
  }

  /** Sends what the log has beyond what was sent. */
  follow(): void {
    const { subscription, server } = this;
    if (!subscription || this.readyState !== 1) return;
    for (const line of server.log.slice(subscription.last)) {
      subscription.last = line.seq;
      const payload = { data: { changes: toWire(line) } };
      this.reply({ type: 'next', id: subscription.id, payload });
    }
  }

  private reply(message: Message): void {
    const data = JSON.stringify(message);
    queueMicrotask(() => {
      if (this.readyState === 1 && !this.isDead) this.onmessage?.({ data });
    });
  }

  private connect(): void {
    if (this.server.faults.isDown) return this.end(1006, '');
    this.readyState = 1;
    this.server.sockets.add(this);
    this.onopen?.();
  }

  private take({ type, id, payload }: Message): void {
    if (this.readyState !== 1) return;
    if (type === 'ping') this.reply({ type: 'pong' });
    if (type === 'connection_init') {
      const { token, faults } = this.server;
      if (payload?.['authorization'] === `Bearer ${token}` && !faults.refusesSockets)
        this.reply({ type: 'connection_ack' });
      else this.end(4401, 'Unauthorized');
    }
    if (type === 'subscribe') this.subscribe(id!, (payload as { variables: Begin }).variables);
  }

  private subscribe(id: string, { after, afterAt }: Begin): void {
    this.server.followedAfter.push(after);
    this.server.followedAfterAt.push(afterAt ?? null);
    this.subscription = { id, last: after };
    if (this.server.refusalOf(after, afterAt)) return this.refuse(after, afterAt);
    this.server.deliver();
  }

  private end(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.server.sockets.delete(this);
    queueMicrotask(() => this.onclose?.({ code, reason, wasClean: code === 1000 }));
  }
}
