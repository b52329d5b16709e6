import type { CreditEvent } from '../account/credits.events.js';
import { balanceOf, type Credits } from '../account/credits.state.js';
import { nextDueAt } from '../account/settling.js';

/** A breach of one of the credits' invariants, in words. */
export interface CreditBreach {
  readonly invariant: 'I1' | 'I2' | 'I5';
  readonly text: string;
}

/** Credits of an account by what became of them; `used` is less what was returned (I2). */
export interface CreditTotals {
  allotted: number;
  used: number;
  expired: number;
  revoked: number;
}

/** What is left of one set, as the events alone say. */
interface Entry {
  readonly quantity: number;
  remaining: number;
  /** Uses that may yet come back. */
  open: number;
}

/**
 * Keeps an account's books from its events alone, beside the fold, and compares the two after each event. Holds the sets that still
 * have something left or may get something back.
 */
export class CreditBook {
  readonly totals: CreditTotals = { allotted: 0, used: 0, expired: 0, revoked: 0 };
  readonly #entries = new Map<string, Entry>();

  /** What must be left according to the totals. */
  get balance(): number {
    const { allotted, used, expired, revoked } = this.totals;
    return allotted - used - expired - revoked;
  }

  /** `before` and `after` are the fold without and with the event; `recordedAt` in ms. */
  take(event: CreditEvent, before: Credits, after: Credits, recordedAt: number): readonly CreditBreach[] {
    const found: CreditBreach[] = [];
    const report = (invariant: CreditBreach['invariant'], text: string): void => void found.push({ invariant, text });
    const { type, data } = event;
    if (!('balanceAfter' in data)) return found;
    const { allotmentId, credits, balanceAfter } = data;
    if (!Number.isSafeInteger(credits) || credits < 1) report('I1', `it moves ${credits} credits`);
    if (type === 'CreditsAllotted') {
      if (this.#entries.has(allotmentId)) report('I1', `allotment ${allotmentId} is given a second time`);
      this.#entries.set(allotmentId, { quantity: credits, remaining: 0, open: 0 });
      if (data.plan) checkCycle(data, before, recordedAt, report);
    }
    this.#move(event, report);
    if (balanceAfter !== this.balance) report('I2', `it says that ${balanceAfter} credits are left; its events leave ${this.balance}`);
    if (balanceOf(after) !== this.balance)
      report('I2', `${balanceOf(after)} credits remain in the allotments; allotted less used, expired and revoked is ${this.balance}`);
    return found;
  }

  /** A use is final: nothing of it comes back. */
  finishUse(allotmentId: string): void {
    const entry = this.#entries.get(allotmentId);
    if (!entry) return;
    entry.open -= 1;
    this.#forget(allotmentId, entry);
  }

  #move({ type, data }: CreditEvent, report: (invariant: 'I1', text: string) => void): void {
    if (!('balanceAfter' in data)) return;
    const { allotmentId, credits } = data;
    const entry = this.#entries.get(allotmentId);
    const change = (by: number, what: keyof CreditTotals, total: number): void => {
      this.totals[what] += total;
      if (entry) entry.remaining += by;
    };
    switch (type) {
      case 'CreditsAllotted':
        change(credits, 'allotted', credits);
        break;
      case 'CreditConsumed':
        change(-credits, 'used', credits);
        if (entry) entry.open += 1;
        break;
      case 'CreditReturned':
        change(credits, 'used', -credits);
        if (entry) entry.open -= 1;
        break;
      case 'CreditsExpired':
        change(-credits, 'expired', credits);
        break;
      case 'CreditsRevoked':
        change(-credits, 'revoked', credits);
        break;
      default:
        throw new Error(`${type} moves no credits`);
    }
    if (!entry) return report('I1', `allotment ${allotmentId} has nothing left to move, or never was`);
    const { remaining, quantity, open } = entry;
    if (remaining < 0 || remaining > quantity || open < 0) report('I1', `allotment ${allotmentId} has ${remaining} of ${quantity} left`);
    this.#forget(allotmentId, entry);
  }

  #forget(allotmentId: string, { remaining, open }: Entry): void {
    if (remaining === 0 && open === 0) this.#entries.delete(allotmentId);
  }
}

/** What time had brought by an append's instant must be written with it: a cycle in it that is missing was lost (I5). */
export function overdue(credits: Credits, at: number): CreditBreach | undefined {
  const dueAt = nextDueAt(credits);
  if (dueAt === null || dueAt > at) return undefined;
  return { invariant: 'I5', text: `what was due at ${new Date(dueAt).toISOString()} was not written by ${new Date(at).toISOString()}` };
}

/** A plan's set may only be given where one is due, and lives as long as its cycle. */
function checkCycle(
  { plan, expiresAt }: Extract<CreditEvent, { type: 'CreditsAllotted' }>['data'],
  before: Credits,
  recordedAt: number,
  report: (invariant: 'I5', text: string) => void,
): void {
  const dueAt = nextDueAt(before);
  const cycle = `the cycle of ${plan?.subscriptionId} at ${plan?.cycleStart}`;
  if (dueAt === null || dueAt > recordedAt) report('I5', `${cycle} is allotted though nothing was due`);
  if (expiresAt !== plan?.cycleEnd) report('I5', `the set of ${cycle} does not end with it`);
}
