import type { RecordedEvent } from '#event-sourcing';
import type { MemoryEventStore } from '#event-sourcing/testing';
import { ACCOUNT_PREFIX } from '../../libs/videos/src/account/account.js';
import { accountProjection, type AccountRow } from '../../libs/videos/src/account/account.projection.js';
import type { ReadModels } from '../../libs/videos/src/account/accounts.js';

/** The account's row, always caught up, and as a store would give it back: through JSON after every event. */
export class AccountRows implements ReadModels {
  readonly #rows = new Map<string, string>();

  constructor(private readonly store: MemoryEventStore) {}

  async waitFor(): Promise<boolean> {
    return true;
  }

  async row(accountId: string): Promise<AccountRow | undefined> {
    const text = this.#rows.get(accountId);
    let row = text === undefined ? undefined : (JSON.parse(text) as AccountRow);
    const from = (row?.version ?? -1) + 1;
    const events = await this.store.readForwards(ACCOUNT_PREFIX + accountId, from, 1_000_000);
    for (const event of events) {
      row = folded(row, event, accountId);
      this.#rows.set(accountId, JSON.stringify(row));
    }
    return row;
  }
}

/** One event more; a fold that JSON would change is refused. */
function folded(row: AccountRow | undefined, event: RecordedEvent, accountId: string): AccountRow {
  const next = accountProjection.tables[0]?.fold(row, event, accountId);
  const stored = JSON.parse(JSON.stringify(next)) as AccountRow;
  expect(stored).toStrictEqual(next);
  return stored;
}
