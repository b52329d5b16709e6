import { readFileSync } from 'node:fs';
import type { Answer, CreditsView, LedgerLine, Refusal, VideoStatus } from '#contracts';
import {
  type AllotmentAnswer,
  ApplyBillingEvent,
  ApplyBillingEventHandler,
  causes,
  GetCredits,
  GetCreditsHandler,
  type CreditsUntilChange,
  GetCreditsUntilChange,
  GetCreditsUntilChangeHandler,
  GetLedger,
  GetLedgerHandler,
  GrantCredits,
  GrantCreditsHandler,
  type GrantRequest,
  type Plans,
  readPlans,
  RevokeCredits,
  RevokeCreditsHandler,
} from '#credits';
import { accepted, createTransactor, type Outcome, type RecordedEvent, requestHash } from '#event-sourcing';
import { ManualMachineClock, MemoryEventStore } from '#event-sourcing/testing';
import { type Account, ACCOUNT_PREFIX, accountAggregate, type AccountEvent } from '../../libs/videos/src/account/account.js';
import { Accounts } from '../../libs/videos/src/account/accounts.js';
import { foldVideo, type VideoRow } from '../../libs/videos/src/library/video.projection.js';
import {
  cancelVideo,
  completeRender,
  createVideo,
  failRender,
  loseLease,
  startRender,
} from '../../libs/videos/src/video/video.decisions.js';
import { isVideoEvent, videoCauses } from '../../libs/videos/src/video/video.events.js';
import { videoIdOf } from '../../libs/videos/src/video/video.id.js';
import { AccountRows } from './account.rows.js';

/** The catalogue that ships (rule 1). */
export const shipped: Plans = readPlans(
  JSON.parse(readFileSync(new URL('../../libs/credits/src/plans/plans.json', import.meta.url), 'utf8')),
);

const ATTEMPTS = 3;
const request = { roomId: 'loft', artworkId: 'artwork-1', title: null };

export const ms = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00.000Z` : text);

/** What became of a billing event. */
export type Billed = 'applied' | 'nothing-new' | 'parked';

/**
 * One account as the service runs it: the real commands, reads and write path over stores in memory, with a clock that
 * stands where it was set. Instants are ISO texts, a date alone meaning its midnight.
 */
export class AccountDriver {
  readonly accountId = 'a-1';
  readonly store = MemoryEventStore.create();
  readonly accounts: Accounts;
  now = ms('2027-01-01');
  readonly #clock = { now: () => this.now };
  readonly #rows: AccountRows;

  constructor(
    readonly plans: Plans = shipped,
    private readonly settings: { readonly goodwill: boolean; readonly lowCredits: number } = { goodwill: true, lowCredits: 1 },
  ) {
    const transactor = createTransactor<Account, AccountEvent>({
      aggregate: accountAggregate(plans),
      store: this.store,
      clock: this.#clock,
      machineClock: new ManualMachineClock(),
      cacheBytes: 1e7,
      log: { warn: (_facts: object, message: string) => expect(message).toBe('no warning') },
    });
    this.#rows = new AccountRows(this.store);
    this.accounts = new Accounts(transactor, this.store, this.#rows);
  }

  /** Sets the clock. */
  at(when: string | number): this {
    this.now = typeof when === 'string' ? ms(when) : when;
    return this;
  }

  async bill(type: string, data: object): Promise<Billed> {
    const before = await this.version();
    const answer = await new ApplyBillingEventHandler(this.accounts, this.plans).execute(new ApplyBillingEvent(type, data, {}));
    if (answer.kind === 'refused') return 'parked';
    return (await this.version()) === before ? 'nothing-new' : 'applied';
  }

  create(key: string, content: { roomId: string; artworkId: string; title: string | null } = request): Promise<Outcome<Account, Refusal>> {
    const videoId = this.videoId(key);
    const { lowCredits } = this.settings;
    return this.accounts.command<Refusal>({
      id: this.accountId,
      cause: causes.request('CreateVideo', key),
      requestHash: requestHash({ accountId: this.accountId, ...content }),
      decide: (account, past, now) => createVideo({ ...content, videoId, lowCredits, now })(account, past),
    });
  }

  cancel(key: string): Promise<Outcome<Account, Refusal>> {
    const videoId = this.videoId(key);
    const { accountId } = this;
    return this.accounts.command<Refusal>({
      id: accountId,
      cause: videoCauses.cancelled(videoId),
      decide: (account, past, now) => cancelVideo({ videoId, accountId, now })(account, past),
    });
  }

  started(key: string, attempt = 1) {
    return this.#report(key, (about) => startRender({ ...about, attempt, workerId: 'w', exclusive: false }));
  }

  completed(key: string, attempt = 1) {
    const { lowCredits } = this.settings;
    return this.#report(key, (about) => completeRender({ ...about, attempt, file: 'videos/x.mp4', bytes: 9, sha256: '00', lowCredits }));
  }

  failed(key: string, attempt = 1, retryable = false) {
    return this.#report(key, (about) => failRender({ ...about, attempt, reason: 'broken picture', retryable }));
  }

  silent(key: string, attempt = 1) {
    return this.#report(key, (about) => loseLease({ ...about, attempt }));
  }

  grant(key: string, more: Partial<GrantRequest> = {}): Promise<Answer<AllotmentAnswer>> {
    const wish: GrantRequest = {
      credits: 1,
      source: 'goodwill',
      reason: 'sorry',
      actor: null,
      ticket: null,
      expiresAt: null,
      validFrom: null,
      ...more,
    };
    return new GrantCreditsHandler(this.accounts, this.plans).execute(new GrantCredits(this.accountId, wish, key, { keyName: 'desk' }));
  }

  revoke(allotmentId: string, key: string | null = null): Promise<Answer<AllotmentAnswer>> {
    const command = new RevokeCredits(this.accountId, allotmentId, { reason: 'mistake', actor: 'ann' }, key, {});
    return new RevokeCreditsHandler(this.accounts, this.plans).execute(command);
  }

  /** The clock's command: writes what is due. */
  async settle(): Promise<void> {
    await this.accounts.command({ id: this.accountId, cause: causes.settle(), keepSettled: true, decide: () => accepted() });
  }

  /** The credits object now, or as it was shown at a past instant. */
  async view(past?: string | number): Promise<CreditsView> {
    const at = typeof past === 'string' ? ms(past) : past;
    const view = await new GetCreditsHandler(this.accounts, this.plans, this.#clock).execute(new GetCredits(this.accountId, at));
    if (at === undefined) await this.#holdToList(view);
    return view;
  }

  /** Support's list of those in trouble is read from an index alone: it must say of every instant what the account's status says. */
  async #holdToList({ status }: CreditsView): Promise<void> {
    const row = await this.#rows.row(this.accountId);
    const listed = row !== undefined && row.troubleFrom !== null && row.troubleFrom <= this.now ? row.trouble : null;
    expect(listed).toBe(status === 'past-due' || status === 'renewal-pending' ? status : null);
  }

  /** The credits object now, and until when it holds if nothing is written. */
  viewUntilChange(): Promise<CreditsUntilChange> {
    const handler = new GetCreditsUntilChangeHandler(this.accounts, this.plans, this.#clock);
    return handler.execute(new GetCreditsUntilChange(this.accountId, 0n));
  }

  /** Every line of the ledger, oldest first. */
  async ledger(): Promise<LedgerLine[]> {
    const handler = new GetLedgerHandler(this.accounts);
    const lines: LedgerLine[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await handler.execute(new GetLedger(this.accountId, 3, cursor));
      lines.push(...page.items);
      if (page.nextCursor === null) return lines.reverse();
      cursor = page.nextCursor;
    }
  }

  async events(): Promise<readonly RecordedEvent[]> {
    return this.store.readForwards(ACCOUNT_PREFIX + this.accountId, 0, 1_000_000);
  }

  async version(): Promise<number> {
    const [last] = await this.store.readBackwards(ACCOUNT_PREFIX + this.accountId, undefined, 1);
    return last?.version ?? -1;
  }

  async status(key: string): Promise<VideoStatus | undefined> {
    const videoId = this.videoId(key);
    let row: VideoRow | undefined;
    for (const event of await this.events()) if (isVideoEvent(event) && event.data.videoId === videoId) row = foldVideo(row, event);
    return row?.status;
  }

  videoId(key: string): string {
    return videoIdOf(this.accountId, causes.request('CreateVideo', key));
  }

  #report<R>(
    key: string,
    step: (about: Reported) => (account: Account, past: { has(cause: string): boolean }) => R,
  ): Promise<Outcome<Account, NotTakenOf<R>>> {
    const { accountId } = this;
    const videoId = this.videoId(key);
    return this.accounts.command({
      id: accountId,
      cause: videoCauses.reported(),
      decide: (account, past, now) =>
        step({ videoId, accountId, now, attempts: ATTEMPTS, goodwill: this.settings.goodwill })(account, past) as never,
    });
  }
}

interface Reported {
  readonly videoId: string;
  readonly accountId: string;
  readonly now: number;
  readonly attempts: number;
  readonly goodwill: boolean;
}
type NotTakenOf<R> = R extends { readonly kind: 'rejected'; readonly refusal: infer Refused } ? Refused : never;
