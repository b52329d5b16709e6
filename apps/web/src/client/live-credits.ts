import type { CreditsView } from '#contracts';
import { backoffMs } from './backoff.js';
import type { CreditsApi } from './credits-api.js';
import { EventStreamReader } from './event-stream.js';
import { Refused } from './problems.js';

/** Whether what is shown is true now: `offline` shows the last that was known, `refused` is for good. */
export type Connection = 'connecting' | 'live' | 'offline' | 'refused';

/** Without a byte for this long, heartbeats included, the connection counts as dead, ms. */
const silenceMs = 40_000;
/** A page that nobody sees gives its connection back after this, ms: over HTTP/1.1 a browser has six for all its tabs. */
const unseenMs = 20_000;
/** Refusals that another try does not heal: who asks, or what for, must change first. */
const forGood = new Set([400, 401, 403, 404]);

interface Told {
  readonly credits: (credits: CreditsView) => void;
  readonly connection: (connection: Connection, refusal: Refused | null) => void;
}

/**
 * Keeps one stream of an account's credits open while its page is seen: reconnects by itself, with growing waits, and at once when the
 * network or the reader comes back. A reconnect gets the state of that moment; nothing has to be made up for.
 */
export class LiveCredits {
  private readonly over = new AbortController();
  private attempt: AbortController | null = null;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private unseen: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: CreditsApi,
    private readonly accountId: string,
    private readonly told: Told,
  ) {
    const { signal } = this.over;
    window.addEventListener('online', () => this.again(), { signal });
    window.addEventListener('offline', () => this.attempt?.abort(), { signal });
    document.addEventListener('visibilitychange', () => this.seenOrNot(), { signal });
    void this.run();
  }

  close(): void {
    this.over.abort();
    this.attempt?.abort();
    clearTimeout(this.retry);
    clearTimeout(this.unseen);
  }

  private seenOrNot(): void {
    clearTimeout(this.unseen);
    if (document.visibilityState === 'visible') this.again();
    else this.unseen = setTimeout(() => this.attempt?.abort(), unseenMs);
  }

  /** Tries at once where a next try is only waited for. */
  private again(): void {
    if (this.attempt !== null) return;
    this.failures = 0;
    clearTimeout(this.retry);
    void this.run();
  }

  private async run(): Promise<void> {
    const attempt = new AbortController();
    this.attempt = attempt;
    const ended = await this.listen(attempt).catch((error: unknown) => error);
    this.attempt = null;
    if (this.over.signal.aborted) return;
    if (ended instanceof Refused && forGood.has(ended.status)) {
      this.over.abort();
      this.told.connection('refused', ended);
      return;
    }
    // Nobody sees it: coming back will open it again.
    if (document.visibilityState === 'hidden' && navigator.onLine) return;
    // A stream that the service ended in good order has done nothing but grow old.
    if (ended === 'grown old') this.failures = 0;
    else this.told.connection('offline', null);
    this.retry = setTimeout(() => void this.run(), backoffMs(this.failures, Math.random()));
    this.failures += 1;
  }

  /** Resolves when the stream has ended, to whether it had said anything; rejects when it broke. */
  private async listen(attempt: AbortController): Promise<'grown old' | 'empty'> {
    const body = await this.api.creditsStream(this.accountId, attempt.signal);
    const pieces = body.getReader();
    const text = new TextDecoder();
    const events = new EventStreamReader();
    let ended: 'grown old' | 'empty' = 'empty';
    let silence: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        clearTimeout(silence);
        silence = setTimeout(() => attempt.abort(), silenceMs);
        const { done, value } = await pieces.read();
        if (done) return ended;
        for (const { data } of events.read(text.decode(value, { stream: true }))) {
          this.heard(data);
          ended = 'grown old';
        }
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
