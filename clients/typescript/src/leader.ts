import { BackOff } from './back-off.ts';
import { Pause, type Sleep } from './pause.ts';
import { Receiver, type ReceiverOptions } from './receiver.ts';
import { Sender } from './sender.ts';

export type LeaderOptions = Omit<ReceiverOptions, 'backOff' | 'pause'> & { sleep: Sleep; random?: () => number };

/** What one tab does for all on the same store: it receives and sends. */
export class Leader {
  private readonly pause: Pause;
  private readonly news: Pause;
  private readonly backOffs: { receiving: BackOff; sending: BackOff };
  private readonly receiver: Receiver;
  private readonly sender: Sender;

  constructor({ sleep, random, ...options }: LeaderOptions) {
    this.pause = new Pause(sleep);
    this.news = new Pause(sleep);
    this.backOffs = { receiving: new BackOff(random), sending: new BackOff(random) };
    const { pause, news } = this;
    this.receiver = new Receiver({ ...options, pause, backOff: this.backOffs.receiving });
    this.sender = new Sender({
      api: options.api,
      replica: options.replica,
      pause,
      news,
      backOff: this.backOffs.sending,
    });
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.receiver.run(signal), this.sender.run(signal)]);
  }

  /** The queue may have something to send. */
  notice(): void {
    this.news.end();
  }

  /** Whatever has failed may succeed now. */
  wake(): void {
    this.backOffs.receiving.reset();
    this.backOffs.sending.reset();
    this.pause.end();
  }
}
