import type { CreditsView } from '#contracts';
import { backoffMs } from './backoff.js';
import type { CreditsApi } from './credits-api.js';
import { EventStreamReader } from './event-stream.js';
import { Refused } from './problems.js';

/** Whether what is shown is true now: `offline` shows the last that was known, `refused` is for good. */
export type Connection = 'connecting' | 'live' | 'offline' | 'refused';

/** Without a byte for this long, heartbeats included, the connection counts as dead, ms. */
const silenceMs = 40_000;
/** Refusals that another try does not heal: who asks, or what for, must change first. */
const forGood = new Set([400, 401, 403, 404]);

/**
 * Keeps one stream of an account's credits open: reconnects by itself, with growing waits, and at once when the network or the
 * reader comes back. A reconnect gets the state of that moment; nothing has to be made up for.
 */
export class LiveCredits {
  private readonly over = new AbortController();
  private attempt = new AbortController();
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: CreditsApi,
    private readonly accountId: string,
    private readonly told: {
      readonly credits: (credits: CreditsView) => void;
      readonly connection: (connection: Connection, refusal: Refused | null) => void;
    },
  ) {
    const { signal } = this.over;
    window.addEventListener('online', () => this.again(), { signal });
    window.addEventListener('offline', () => this.attempt.abort(), { signal });
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.again(), { signal });
    void this.run();
  }

  close(): void {
    this.over.abort();
    this.attempt.abort();
    clearTimeout(this.retry);
  }

  /** Tries at once where a next try is only waited for. */
  private again(): void {
    if (this.retry === undefined) return;
    this.failures = 0;
    this.next();
  }

  private next(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    void this.run();
  }

  private async run(): Promise<void> {
    this.attempt = new AbortController();
    try {
      await this.listen(this.attempt);
    } catch (error) {
      if (this.over.signal.aborted) return;
      if (error instanceof Refused && forGood.has(error.status)) {
        this.told.connection('refused', error);
        return;
      }
    }
    if (this.over.signal.aborted) return;
    this.told.connection('offline', null);
    this.retry = setTimeout(() => this.next(), backoffMs(this.failures, Math.random()));
    this.failures += 1;
  }

  /** Returns when the stream has ended, rejects when it broke. */
  private async listen(attempt: AbortController): Promise<void> {
    let silence = setTimeout(() => attempt.abort(), silenceMs);
    const reader = (await this.api.creditsStream(this.accountId, attempt.signal)).pipeThrough(new TextDecoderStream() as never);
    const events = new EventStreamReader();
    try {
      for (const pieces = reader.getReader() as ReadableStreamDefaultReader<string>; ; ) {
        const { done, value } = await pieces.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), silenceMs);
        for (const { data } of events.read(value)) this.heard(data);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  private heard(data: string): void {
    const credits = JSON.parse(data) as CreditsView;
    this.failures = 0;
    this.told.connection('live', null);
    this.told.credits(credits);
  }
}
