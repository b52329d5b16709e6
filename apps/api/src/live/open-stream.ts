import type { Writable } from 'node:stream';

/** How often a quiet stream says that it is still there, ms of machine time. */
const HEARTBEAT_MS = 15_000;
/** How long a reader may leave what was sent to it lying, ms of machine time; then it is cut off and may come again. */
const DRAIN_WITHIN_MS = 30_000;
/** How soon a page comes again that has lost its stream, ms. */
const RETRY_MS = 2_000;

/**
 * One page's stream of messages. What it tells is a state and not a history: for a reader that does not keep up only the latest
 * message waits. It has no timers of its own; whoever holds it calls `tick`.
 */
export class OpenStream {
  #stuckSince: number | undefined;
  #waiting: string | undefined;
  #heartbeatAt: number;
  #over = false;

  /** Begins to speak; `endsAt` and `now` in ms of machine time. */
  constructor(
    private readonly response: Writable,
    private readonly clock: { now(): number },
    private readonly endsAt: number,
  ) {
    this.#heartbeatAt = clock.now() + HEARTBEAT_MS;
    response.on('drain', () => this.#drained());
    this.#write(`retry: ${RETRY_MS}\n\n`);
  }

  /** Sends the message, or keeps it in place of the one that still waits. */
  show(message: string): void {
    if (this.#over) return;
    if (this.#stuckSince === undefined) this.#write(message);
    else this.#waiting = message;
  }

  /** Does what time has brought by `now` (ms of machine time): a heartbeat, its end, or the end of patience with its reader. */
  tick(now: number): void {
    if (this.#over) return;
    if (now >= this.endsAt) this.end();
    else if (this.#stuckSince !== undefined) {
      if (now - this.#stuckSince >= DRAIN_WITHIN_MS) this.cut();
    } else if (now >= this.#heartbeatAt) {
      this.#heartbeatAt = now + HEARTBEAT_MS;
      this.#write(': heartbeat\n\n');
    }
  }

  /** Ends it in good order; one whose reader is stuck is cut off. */
  end(): void {
    if (this.#stuckSince !== undefined) return this.cut();
    this.#over = true;
    this.response.end();
  }

  /** Cuts the connection. */
  cut(): void {
    this.#over = true;
    this.response.destroy();
  }

  #drained(): void {
    this.#stuckSince = undefined;
    const message = this.#waiting;
    this.#waiting = undefined;
    if (message !== undefined) this.show(message);
  }

  #write(text: string): void {
    if (!this.response.write(text)) this.#stuckSince = this.clock.now();
  }
}
