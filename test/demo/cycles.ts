import type { CreditsView } from '#contracts';
import { bill, plansAndCredits, subscription } from '../e2e/billing.js';
import type { Client } from '../e2e/client.js';
import type { Story } from './story.js';
import { nowOf } from './trial.js';

const AHEAD_MS = 60_000;
const DAY_MS = 86_400_000;
const CYCLE_DAYS = 30;
const YEAR_DAYS = 365;

/** The test clock runs through a renewal of every plan, and through a year that is billed once. */
export async function cycles(client: Client, story: Story, tour: string): Promise<void> {
  // A little ahead: the clock of a service that nobody has set yet goes on while this is read.
  const start = new Date(Date.parse(await nowOf(client)) + AHEAD_MS).toISOString();
  const at = (days: number): string => new Date(Date.parse(start) + days * DAY_MS).toISOString();
  await client.clock({ now: start });

  story.chapter('Every plan renews, and what is left expires');
  for (const [planId, credits] of Object.entries(plansAndCredits)) {
    const accountId = `${tour}-${planId}`;
    const begun = await bill(client, 'billing.subscription.started', subscription(accountId, planId, start, at(CYCLE_DAYS)));
    story.see(`${planId} begins`, [begun.available, begun.nextRenewalAt], [credits, at(CYCLE_DAYS)]);
    await bill(
      client,
      'billing.subscription.renewed',
      subscription(accountId, planId, at(CYCLE_DAYS), at(2 * CYCLE_DAYS), { occurredAt: start }),
    );
  }
  const year = `${tour}-year`;
  await bill(client, 'billing.subscription.started', subscription(year, 'gallery-basic', start, at(YEAR_DAYS)));
  story.say(`The test clock goes to ${at(CYCLE_DAYS)}`);
  await client.clock({ now: at(CYCLE_DAYS) });
  for (const [planId, credits] of Object.entries(plansAndCredits)) {
    const accountId = `${tour}-${planId}`;
    story.see(`${planId} has a new set, and only that`, allotted(await client.credits(accountId)), [[credits, at(CYCLE_DAYS)]]);
    const expired = (await client.ledger(accountId))
      .filter(({ type }) => type === 'credits.expired')
      .reduce((sum, line) => sum + line.credits, 0);
    if (expired !== -credits) throw new Error(`${accountId}: ${credits} unused credits were to expire, the ledger says ${expired}`);
  }

  story.chapter('A year that is billed once gets a set for each of its twelve cycles');
  for (let n = 1; n < 12; n++) {
    await client.clock({ now: at(n * CYCLE_DAYS) });
    const { available, cycle } = await client.credits(year);
    story.see(`cycle ${n + 1}`, [available, cycle?.start], [4, at(n * CYCLE_DAYS)]);
  }
  await client.clock({ now: at(YEAR_DAYS) });
  const over = await client.credits(year);
  story.see('the year is over and nobody has renewed it', [over.status, over.available], ['renewal-pending', 0]);
  const sets = (await client.ledger(year)).filter(({ type }) => type === 'credits.allotted');
  story.see('sets in the ledger', sets.length, 12);
}

const MONTH_END = '2027-01-31T10:00:00.000Z';

/** By calendar month, a year that begins on the last day of January keeps to the months' last days. */
export async function monthEnds(client: Client, story: Story): Promise<void> {
  story.chapter('By calendar month, from 31 January: every cycle begins on the last day of its month');
  await client.clock({ now: MONTH_END });
  await bill(client, 'billing.subscription.started', subscription('month-ends', 'gallery-basic', MONTH_END, '2028-01-31T10:00:00.000Z'));
  await client.clock({ now: '2028-01-30T10:00:00.000Z' });
  const sets = (await client.ledger('month-ends')).filter(({ type }) => type === 'credits.allotted');
  const lastDays = Array.from({ length: 12 }, (_, n) => new Date(Date.UTC(2027, n + 1, 0)).toISOString().slice(0, 10));
  story.see('days of the sets', sets.map(({ at }) => at.slice(0, 10)).reverse(), lastDays);
}

function allotted({ allotments }: CreditsView): unknown[] {
  return allotments.map(({ remaining, validFrom }) => [remaining, validFrom]);
}
