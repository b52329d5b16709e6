import { balanceOf, type CreditTotals } from '#credits';
import { type Breach, LOG, type Position, type RecordedEvent, StreamCheck, type Verified } from '#event-sourcing';
import { ACCOUNT_PREFIX } from '../account/account.js';
import { AccountCheck } from './account.check.js';

/**
 * Checks a whole log event by event, in its order: every stream's chain, causes and ids, and the invariants of every account. What it
 * holds grows with the streams and their causes, never with the events. The simulator, the crash tests and `credits verify` use it.
 */
export class LogCheck {
  readonly #accounts = new Map<string, AccountCheck>();
  readonly #others = new Map<string, StreamCheck>();
  #events = 0;
  #last: Position | undefined;

  /** `gapless`: the store numbers its events without gaps, so that any missing one is found. */
  constructor(private readonly options: { readonly gapless: boolean }) {}

  get events(): number {
    return this.#events;
  }

  get streams(): number {
    return this.#accounts.size + this.#others.size;
  }

  add(event: RecordedEvent): readonly Breach[] {
    this.#events++;
    const { stream, version, position } = event;
    const expected = (this.#last ?? 0n) + 1n;
    const lost = this.options.gapless ? position !== expected : position < expected;
    this.#last = position;
    const check = stream.startsWith(ACCOUNT_PREFIX)
      ? known(this.#accounts, stream, AccountCheck)
      : known(this.#others, stream, StreamCheck);
    const found = takenBy(check, event);
    return lost
      ? [...found, { stream, version, invariant: 'chain', text: `it is at ${position} of the log, where ${expected} was to follow` }]
      : found;
  }

  /** To be called at the log's end. By `quietAt` (ms) all that was due must have been written; null where nobody can say. */
  finish(quietAt: number | null): readonly Breach[] {
    const found: Breach[] = [];
    for (const check of this.#others.values()) found.push(...check.finish());
    const totals: CreditTotals = { allotted: 0, used: 0, expired: 0, revoked: 0 };
    let left = 0;
    for (const check of this.#accounts.values()) {
      found.push(...check.finish(quietAt));
      for (const what of Object.keys(totals) as (keyof CreditTotals)[]) totals[what] += check.book.totals[what];
      left += balanceOf(check.account.credits);
    }
    const { allotted, used, expired, revoked } = totals;
    if (allotted !== left + used + expired + revoked) {
      const text = `${allotted} credits were allotted, but ${left} remain, ${used} are used, ${expired} expired and ${revoked} revoked`;
      found.push({ stream: LOG, version: -1, invariant: 'I2', text });
    }
    return found;
  }

  /** How far each stream has come. */
  *ends(): Generator<readonly [stream: string, last: Verified]> {
    for (const [name, { stream }] of this.#accounts) if (stream.last) yield [name, stream.last];
    for (const [name, { last }] of this.#others) if (last) yield [name, last];
  }
}

/** What is so broken that checking it fails is a breach too. */
function takenBy(check: AccountCheck | StreamCheck, event: RecordedEvent): readonly Breach[] {
  try {
    return check.add(event);
  } catch (error) {
    return [{ stream: event.stream, version: event.version, invariant: 'unreadable', text: String(error) }];
  }
}

function known<T>(checks: Map<string, T>, stream: string, Check: new (stream: string) => T): T {
  let check = checks.get(stream);
  if (!check) checks.set(stream, (check = new Check(stream)));
  return check;
}
