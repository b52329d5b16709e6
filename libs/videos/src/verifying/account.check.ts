import { CreditBook, type CreditBreach, overdue } from '#credits';
import { type Breach, type Invariant, type RecordedEvent, StreamCheck } from '#event-sourcing';
import { type Account, type AccountEvent, evolveAccount, noAccount } from '../account/account.js';
import { isVideoEvent } from '../video/video.events.js';
import type { Videos } from '../video/videos.state.js';
import { UsesCheck } from './uses.check.js';

/**
 * Checks one account's stream event by event: the stream itself, and the invariants I1 to I3, I5 and I6. Holds the folded account,
 * its books and its packed causes.
 */
export class AccountCheck {
  readonly stream: StreamCheck;
  readonly book = new CreditBook();
  /** Of the append under way; none between appends. */
  #uses: UsesCheck | undefined;
  #account: Account = noAccount;
  /** The unfinished videos before the append under way. */
  #before: Videos = noAccount.videos;
  #unreadable = false;

  constructor(private readonly name: string) {
    this.stream = new StreamCheck(name);
  }

  /** The account as folded so far. */
  get account(): Account {
    return this.#account;
  }

  add(event: RecordedEvent): readonly Breach[] {
    const found: Breach[] = [...this.stream.add(event)];
    if (this.#unreadable) return found;
    const report = (invariant: Invariant, text: string): void =>
      void found.push({ stream: this.name, version: event.version, invariant, text });
    try {
      this.#take(event as RecordedEvent & AccountEvent, report);
    } catch (error) {
      this.#unreadable = true;
      report('unreadable', `it and what follows cannot be folded: ${String(error)}`);
    }
    return found;
  }

  /** To be called at the stream's end. By `quietAt` (ms) all that was due must have been written; null where nobody can say. */
  finish(quietAt: number | null): readonly Breach[] {
    const late = quietAt === null || this.#unreadable ? undefined : overdue(this.#account.credits, quietAt);
    const version = this.stream.last?.version ?? 0;
    return [...this.stream.finish(), ...(late ? [{ stream: this.name, version, ...late }] : [])];
  }

  #take(event: RecordedEvent & AccountEvent, report: (invariant: Invariant, text: string) => void): void {
    const recordedAt = Date.parse(event.metadata.recordedAt);
    const before = this.#account;
    this.#account = evolveAccount(before, event, recordedAt);
    const uses = (this.#uses ??= new UsesCheck());
    uses.take(event);
    if (!isVideoEvent(event)) tell(this.book.take(event, before.credits, this.#account.credits, recordedAt), report);
    else if (event.type === 'VideoCompleted' && event.data.allotmentId !== null) this.book.finishUse(event.data.allotmentId);
    if (!this.stream.isWhole) return;
    for (const text of uses.close(this.#before)) report('I6', text);
    this.#uses = undefined;
    this.#before = this.#account.videos;
    const late = overdue(this.#account.credits, recordedAt);
    if (late) tell([late], report);
  }
}

function tell(breaches: readonly CreditBreach[], report: (invariant: Invariant, text: string) => void): void {
  for (const { invariant, text } of breaches) report(invariant, text);
}
