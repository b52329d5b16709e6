import type { CreditsUntilChange } from '#credits';
import { backOffMs, isEngineUnavailable, type MachineClock, type Position } from '#event-sourcing';
import { ReadModelBehindError } from '#videos';
import type { OpenStream } from './open-stream.js';

export interface WatchedAccountParts {
  /** The account's object, telling everything up to a place in the log. */
  readonly read: (after: Position) => Promise<CreditsUntilChange>;
  /** The place in the log that the object's `position` means. */
  readonly placeOf: (position: string) => Position;
  readonly clock: Pick<MachineClock, 'now'>;
  /** A read has failed because an engine is away or behind; it is tried again. */
  readonly onAway: (error: unknown) => void;
  /** A read has failed because of a bug: the account's streams were cut. */
  readonly onBroken: (error: unknown) => void;
}

interface Shown {
  readonly place: Position;
  readonly body: string;
  readonly message: string;
}

/**
 * One account that pages watch. It is read once for all of them, one read at a time; changes that come during a read cause one more.
 * What is the same as before is not sent again, and nothing older is sent after something newer.
 */
export class WatchedAccount {
  readonly streams = new Set<OpenStream>();
  #shown: Shown | undefined;
  /** The log was told up to here by what was read. */
  #toldUpTo = 0n;
  #wanted = 0n;
  #until: number | null = null;
  #failures = 0;
  #againAt: number | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #looking: Promise<void> | undefined;
  #refreshAsked = false;

  constructor(private readonly parts: WatchedAccountParts) {}

  /** Reads the object as it is now, once for all who ask until the read begins; rejects where it cannot be read. */
  look(): Promise<void> {
    return (this.#looking ??= this.#inTurn(async () => {
      this.#looking = undefined;
      await this.#read(0n);
    }));
  }

  /** From now on the stream shows the object, beginning with what the last `look` or change brought. */
  join(stream: OpenStream): void {
    this.streams.add(stream);
    if (this.#shown) stream.show(this.#shown.message);
  }

  /** The log has something new on the account, up to this place. */
  changed(upTo: Position): void {
    if (upTo <= this.#toldUpTo) return;
    if (upTo > this.#wanted) this.#wanted = upTo;
    this.#refresh();
  }

  /** Reads again where time has changed the object (`businessNow`) or a failed read is due again (`now`, machine time); ms. */
  tick(businessNow: number, now: number): void {
    const changedByTime = this.#until !== null && businessNow >= this.#until;
    const dueAgain = this.#againAt !== undefined && now >= this.#againAt;
    if (!changedByTime && !dueAgain) return;
    if (changedByTime) this.#until = null;
    this.#againAt = undefined;
    this.#refresh();
  }

  /** The next instant (ms of business time) at which time changes the object; null: none known. */
  get until(): number | null {
    return this.#until;
  }

  #refresh(): void {
    if (this.#refreshAsked) return;
    this.#refreshAsked = true;
    this.#inTurn(async () => {
      this.#refreshAsked = false;
      await this.#read(this.#wanted);
      this.#failures = 0;
    }).catch((error: unknown) => this.#failed(error));
  }

  async #read(after: Position): Promise<void> {
    const { credits, until } = await this.parts.read(after);
    const place = this.parts.placeOf(credits.position);
    if (this.#shown && place < this.#shown.place) throw new ReadModelBehindError('the read models went back');
    if (after > this.#toldUpTo) this.#toldUpTo = after;
    this.#until = until;
    const body = JSON.stringify(credits);
    if (body === this.#shown?.body) return;
    this.#shown = { place, body, message: `id: ${credits.position}\ndata: ${body}\n\n` };
    for (const stream of this.streams) stream.show(this.#shown.message);
  }

  #failed(error: unknown): void {
    if (isEngineUnavailable(error) || error instanceof ReadModelBehindError) {
      this.#failures += 1;
      this.#againAt = this.parts.clock.now() + backOffMs(this.#failures);
      return this.parts.onAway(error);
    }
    for (const stream of this.streams) stream.cut();
    this.parts.onBroken(error);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    // How it went is told to whoever asked for it; the next turn begins in any case.
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
