import { causes, type DueAccounts } from '#credits';
import { accepted, type EventStore, type ReadModelStore } from '#event-sourcing';
import { projectionNames } from '../projections.js';
import type { AccountRow } from './account.projection.js';
import type { Accounts } from './accounts.js';
import { type ReadModels } from './accounts.js';

/** How long the clock waits for its own writes to show before it looks again, in ms. */
const SHOWN_MS = 60_000;

/** The clock's side of the account projection: each row says when time next brings something. */
export class DueAccountRows implements DueAccounts {
  constructor(
    private readonly rows: Pick<ReadModelStore, 'range'>,
    private readonly accounts: Accounts,
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
  ) {}

  async due(now: number, limit: number): Promise<readonly string[]> {
    const page = await this.rows.range<AccountRow>('accounts', 'accounts', {
      index: ['dueAt'],
      equals: [],
      atMost: now,
      direction: 'ascending',
      limit,
    });
    return page.items.map((row) => row.accountId);
  }

  async settle(accountId: string): Promise<boolean> {
    const outcome = await this.accounts.command({ id: accountId, cause: causes.settle(), keepSettled: true, decide: () => accepted() });
    return outcome.kind === 'accepted' && outcome.events.length > 0;
  }

  async shown(signal?: AbortSignal): Promise<void> {
    const head = await this.store.head();
    const shown = await Promise.all(projectionNames.map((projection) => this.readModels.waitFor(projection, head, SHOWN_MS, signal)));
    if (shown.includes(false) && !signal?.aborted) throw new Error('the read models are behind');
  }
}
