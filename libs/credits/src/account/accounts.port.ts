import type { Decided, Outcome, Past, Position, RecordedEvent, Transaction } from '#event-sourcing';
import type { CreditEvent } from './credits.events.js';
import type { Credits } from './credits.state.js';

/** A command to one account's credits. */
export type CreditTransaction<Refusal> = Omit<Transaction<Credits, CreditEvent, Refusal>, 'decide'> & {
  readonly decide: (credits: Credits, past: Past, now: number) => Decided<CreditEvent, Refusal>;
};

/** Credits as of a place in the account's stream, unsettled. */
export interface CreditsThen {
  readonly credits: Credits;
  /** Token of the account's last event. */
  readonly position: string;
}

/** Accounts as this library sees them: whoever folds the rest of the stream provides them. */
export interface CreditAccounts {
  transact<Refusal>(transaction: CreditTransaction<Refusal>): Promise<Outcome<Credits, Refusal>>;
  /** The read model's view; never less than this process has acknowledged, nor less than `after` in the log where that is given. */
  credits(accountId: string, after?: Position): Promise<CreditsThen>;
  /** The fold of what was recorded up to an instant (ms). */
  creditsAt(accountId: string, at: number): Promise<CreditsThen>;
  /** Events of the account's stream, newest first, from a version down (default: the last). */
  readBackwards(accountId: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]>;
  /** The token of a place in the log. */
  token(position: bigint): string;
}

/** Injection tokens. */
export const CREDIT_ACCOUNTS = Symbol('CreditAccounts');
export const PLANS = Symbol('Plans');
