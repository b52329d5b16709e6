import type { PublishedFact } from '#contracts';
import { creditsView, FACT_SOURCE, type Plans, settledAt } from '#credits';
import { type BusinessClock, eventId, type RecordedEvent } from '#event-sourcing';
import { ACCOUNT_PREFIX } from './account.js';
import type { Accounts } from './accounts.js';

/** The publisher of `credits.balances`, under which the queue keeps its checkpoint. */
export const BALANCE_PUBLISHER = 'balances';

/**
 * The balances of every account that a page of the log has changed, as they stand now: one message an account, however many
 * events it has in the page. Each carries the stream's version, by which consumers know the newest.
 */
export function balanceFacts(accounts: Pick<Accounts, 'standing' | 'token'>, plans: Plans, clock: BusinessClock) {
  return async (events: readonly RecordedEvent[]): Promise<readonly PublishedFact[]> => {
    const changed = new Set(events.map(({ stream }) => stream.slice(ACCOUNT_PREFIX.length)));
    const facts: PublishedFact[] = [];
    for (const accountId of changed) {
      const { state, version, position } = await accounts.standing(accountId);
      const now = clock.now();
      const credits = settledAt(state.credits, now, accountId, plans);
      facts.push({
        specversion: '1.0',
        id: eventId(ACCOUNT_PREFIX + accountId, 'credits.balance', version),
        source: FACT_SOURCE,
        type: 'credits.balance',
        subject: accountId,
        time: new Date(now).toISOString(),
        data: { ...creditsView(credits, { accountId, now, plans, position: accounts.token(position) }), version },
      });
    }
    return facts;
  };
}
