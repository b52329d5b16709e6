import type { CloudEvent, CreditsView, LedgerLine } from '#contracts';
import { bill, subscription } from '../../e2e/billing.js';
import { type Client, expectStatus } from '../../e2e/client.js';
import { picture } from '../../e2e/pictures.js';
import { OutsideWorker } from '../../e2e/worker.js';

const ACCOUNTS = ['trial', 'monthly', 'yearly', 'upgraded', 'refunded', 'purchased'] as const;

/** What an account has come to, without what names a place or an upload of this one service. */
export interface Story {
  readonly credits: Omit<CreditsView, 'position'>;
  readonly ledger: readonly LedgerLine[];
  readonly facts: readonly CloudEvent[];
}

/** A year of six accounts on a fresh sandbox service whose clock nobody has moved: the same requests, in the same order, wherever it runs. */
export async function liveAYear(client: Client): Promise<{ readonly [accountId: string]: Story }> {
  await client.clock({ now: '2030-01-31T10:00:00.000Z' });
  expectStatus(202, await client.billing('billing.trial.started', { accountId: 'trial', occurredAt: '2030-01-31T10:00:00Z' }, 'trial'));
  const month = ['2030-01-31T10:00:00Z', '2030-02-28T10:00:00Z'] as const;
  const year = ['2030-01-31T10:00:00Z', '2031-01-31T10:00:00Z'] as const;
  await bill(client, 'billing.subscription.started', subscription('monthly', 'gallery-basic', ...month), 'm-1');
  await bill(client, 'billing.subscription.started', subscription('yearly', 'artist-premium', ...year), 'y-1');
  await bill(client, 'billing.subscription.started', subscription('upgraded', 'artist-basic', ...year), 'u-1');
  await bill(client, 'billing.subscription.started', subscription('refunded', 'gallery-advanced', ...month), 'r-1');
  const bought = { accountId: 'purchased', credits: 3, paymentId: 'p-1', occurredAt: '2030-01-31T10:00:00Z' };
  for (let n = 0; n < 2; n++) expectStatus(202, await client.billing('billing.credits.purchased', bought, `p-${n}`));

  const worker = new OutsideWorker(client);
  for (const accountId of ['trial', 'monthly', 'yearly'] as const) {
    const artworkId = await client.artwork(accountId, await picture());
    await client.createVideo(accountId, artworkId, 'delivered');
    await worker.deliver(await worker.job());
    await client.createVideo(accountId, artworkId, 'refused-for-the-trial');
  }
  // Jobs of different accounts come in any order.
  const jobs = [await worker.job(), await worker.job()].sort((a, b) => a.accountId.localeCompare(b.accountId));
  for (const { accountId, videoId, attempt } of jobs) {
    const data = { videoId, attempt, reason: `no paint for ${accountId}`, retryable: false };
    await client.post('/v1/render-results', resultOf('failed', data));
  }
  await client.clock({ advance: 'P10D' });
  const later = { occurredAt: '2030-02-10T10:00:00Z' };
  await bill(client, 'billing.subscription.plan-changed', subscription('upgraded', 'gallery-premium', ...year, later), 'u-2');
  const refund = { accountId: 'refunded', subscriptionId: 's-1', periodStart: month[0], ...later };
  expectStatus(202, await client.billing('billing.payment.refunded', refund, 'r-2'));
  const given = expectStatus(201, await client.grant('purchased', 2, { source: 'goodwill', reason: 'sorry', actor: 'Ann' }, 'g-1'));
  await client.post(`/v1/accounts/purchased/allotments/${given.allotment.id}/revoke`, { reason: 'a mistake', actor: 'Ann' });
  await client.clock({ now: '2030-03-15T00:00:00.000Z' });
  const second = ['2030-02-28T10:00:00Z', '2030-03-31T10:00:00Z'] as const;
  await bill(client, 'billing.subscription.renewed', subscription('monthly', 'gallery-basic', ...second), 'm-2');
  await client.clock({ now: '2031-02-01T00:00:00.000Z' });
  const { position } = expectStatus(201, await client.grant('trial', 1, {}, 'last')).credits;
  await client.credits('trial', position);

  const facts = await client.facts();
  const stories: { [accountId: string]: Story } = {};
  for (const accountId of ACCOUNTS) {
    const { position: place, ...credits } = await client.credits(accountId);
    if (place === '') throw new Error(`${accountId} has no place in the log`);
    stories[accountId] = {
      credits,
      ledger: await client.ledger(accountId),
      facts: facts.filter(({ data }) => data.accountId === accountId),
    };
  }
  return stories;
}

const resultOf = (what: string, data: object): object => ({
  specversion: '1.0',
  id: JSON.stringify(data),
  source: '/workers/outside',
  type: `videos.render.${what}`,
  data,
});
