import { type CreditAccounts, type Credits, type CreditsThen, type CreditTransaction } from '#credits';
import {
  type EventStore,
  type Outcome,
  type Position,
  positionToken,
  type RecordedEvent,
  type Standing,
  type Transaction,
  type Transactor,
} from '#event-sourcing';
import { ACCOUNT_PREFIX, type Account, type AccountEvent, evolveAccount, noAccount } from './account.js';
import type { AccountRow } from './account.projection.js';

/** What reads wait for: the read models, by projection name. */
export interface ReadModels {
  waitFor(projection: string, position: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean>;
  row(accountId: string): Promise<AccountRow | undefined>;
}

/** How long a read waits for this process's own writes to show, in ms. */
const OWN_WRITES_MS = 2_000;
/** Accounts whose last own write is remembered. */
const REMEMBERED = 10_000;
/** One by one would be slow: a Map that loses its first entry again and again walks over ever more holes to find the next. */
const FORGOTTEN_AT_ONCE = 1_000;
const PAGE_EVENTS = 500;

/** The read model has not caught up with what this process itself has acknowledged. */
export class ReadModelBehindError extends Error {
  override readonly name = 'ReadModelBehindError';
}

/** The one way to accounts: commands through `transact`, reads that never show less than this process has acknowledged. */
export class Accounts implements CreditAccounts {
  readonly #written = new Map<string, Position>();
  /** The furthest that this process has written to any account. */
  #furthest: Position = 0n;

  constructor(
    private readonly transactor: Transactor<Account, AccountEvent>,
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
  ) {}

  async command<Refusal>(transaction: Transaction<Account, AccountEvent, Refusal>): Promise<Outcome<Account, Refusal>> {
    const outcome = await this.transactor.transact(transaction);
    if (outcome.kind === 'accepted' && outcome.events.length > 0) this.#remember(transaction.id, outcome.position);
    return outcome;
  }

  async transact<Refusal>(transaction: CreditTransaction<Refusal>): Promise<Outcome<Credits, Refusal>> {
    const outcome = await this.command<Refusal>({
      ...transaction,
      decide: ({ credits }, past, now) => transaction.decide(credits, past, now),
    });
    return outcome.kind === 'reused' ? outcome : { ...outcome, state: outcome.state.credits };
  }

  /** The account as of its last event, folded from its stream. */
  standing(accountId: string): Promise<Standing<Account>> {
    return this.transactor.load(accountId);
  }

  async credits(accountId: string, after = 0n): Promise<CreditsThen> {
    await this.shown('accounts', accountId, after);
    const row = await this.readModels.row(accountId);
    return row
      ? { credits: row.credits, position: this.token(BigInt(row.position)) }
      : { credits: noAccount.credits, position: this.token(0n) };
  }

  async creditsAt(accountId: string, at: number): Promise<CreditsThen> {
    let account = noAccount;
    let position = 0n;
    for (let next = 0; ; next += PAGE_EVENTS) {
      const page = await this.store.readForwards(ACCOUNT_PREFIX + accountId, next, PAGE_EVENTS);
      for (const event of page) {
        const recordedAt = Date.parse(event.metadata.recordedAt);
        if (recordedAt > at) return { credits: account.credits, position: this.token(position) };
        account = evolveAccount(account, event as RecordedEvent & AccountEvent, recordedAt);
        position = event.position;
      }
      if (page.length < PAGE_EVENTS) return { credits: account.credits, position: this.token(position) };
    }
  }

  readBackwards(accountId: string, fromVersion: number | undefined, maxCount: number): Promise<readonly RecordedEvent[]> {
    return this.store.readBackwards(ACCOUNT_PREFIX + accountId, fromVersion, maxCount);
  }

  token(position: Position): string {
    return positionToken(this.store.logId, position);
  }

  /** Resolves once a projection shows what this process last wrote to the account, and all up to `after`. Throws ReadModelBehindError at the deadline. */
  async shown(projection: string, accountId: string, after = 0n): Promise<void> {
    const written = this.#written.get(accountId) ?? 0n;
    const position = written > after ? written : after;
    if (position === 0n || (await this.readModels.waitFor(projection, position, OWN_WRITES_MS))) return;
    throw new ReadModelBehindError(`"${projection}" does not show the account's last change yet`);
  }

  /** The same for what it last wrote to any account. */
  async allShown(projection: string): Promise<void> {
    if (this.#furthest === 0n || (await this.readModels.waitFor(projection, this.#furthest, OWN_WRITES_MS))) return;
    throw new ReadModelBehindError(`"${projection}" does not show the last change yet`);
  }

  #remember(accountId: string, position: Position): void {
    if (position > this.#furthest) this.#furthest = position;
    this.#written.delete(accountId);
    this.#written.set(accountId, position);
    if (this.#written.size <= REMEMBERED + FORGOTTEN_AT_ONCE) return;
    for (const oldest of this.#written.keys()) {
      if (this.#written.size <= REMEMBERED) return;
      this.#written.delete(oldest);
    }
  }
}
