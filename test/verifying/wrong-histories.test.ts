import type { RecordedEvent } from '#event-sourcing';
import { AccountDriver, ms } from '../account/account.driver.js';
import { type Forged, forge, found, told } from './forged-log.js';

const STREAM = 'account-a-1';

/** A year of an account: a plan with renewals and an upgrade, videos delivered, failed and cancelled, a grant, a revocation. */
async function history(): Promise<Forged[]> {
  const account = new AccountDriver();
  const bill = (when: string, start: string, end: string, planId = 'gallery-basic') => {
    const data = { accountId: 'a-1', subscriptionId: 's-1', planId, interval: 'month', status: 'active', cancelAtPeriodEnd: false };
    return account.at(when).bill('billing.subscription.renewed', {
      ...data,
      periodStart: `${start}T00:00:00Z`,
      periodEnd: `${end}T00:00:00Z`,
      occurredAt: `${when}T00:00:00Z`,
    });
  };
  await bill('2027-01-01', '2027-01-01', '2027-01-31');
  await account.at('2027-01-05').create('delivered');
  await account.started('delivered');
  await account.completed('delivered');
  await account.at('2027-01-06').create('failing');
  await account.started('failing');
  await account.at('2027-01-07').failed('failing');
  await account.at('2027-01-08').create('cancelled');
  await account.cancel('cancelled');
  await bill('2027-01-31', '2027-01-31', '2027-03-02');
  await bill('2027-02-10', '2027-01-31', '2027-03-02', 'gallery-advanced');
  const granted = await account.at('2027-02-11').grant('g-1', { credits: 5 });
  if (granted.kind === 'done') await account.revoke(granted.value.allotment.id);
  await account.at('2027-02-12').create('unfinished');
  return (await account.events()).map(told);
}

type Change = (event: Forged) => Forged | Forged[] | undefined;

/** The history with each event of that type replaced by what `change` makes of it, and all that follows from it made to fit. */
async function forged(type: string, change: Change, which = 0): Promise<readonly RecordedEvent[]> {
  let nth = -1;
  const events = (await history()).flatMap((event) => {
    if (event.type !== type || ++nth !== which) return [event];
    return change(event) ?? [];
  });
  expect(nth).toBeGreaterThanOrEqual(which);
  return forge(STREAM, events);
}

const withData =
  (more: object): Change =>
  (event) => ({ ...event, data: { ...event.data, ...more } });
const invariants = (events: readonly RecordedEvent[], quietAt?: number): Set<string> =>
  new Set(found(events, quietAt ?? null).map(({ invariant }) => invariant));

describe('a wrong history, forged so that the chain fits, is found', () => {
  it('and the history it is made from is clean', async () => {
    expect(found(forge(STREAM, await history()), ms('2027-03-01'))).toEqual([]);
  });

  it('I1: more is taken from an allotment than it had', async () => {
    expect(invariants(await forged('CreditsExpired', withData({ credits: 5 })))).toContain('I1');
    expect(invariants(await forged('CreditsRevoked', withData({ credits: 6 })))).toContain('I1');
  });

  it('I1: an allotment gets back more than was taken', async () => {
    expect(invariants(await forged('CreditReturned', withData({ credits: 3 })))).toContain('I1');
  });

  it('I1: an allotment is used that never was', async () => {
    expect(invariants(await forged('CreditConsumed', withData({ allotmentId: 'made-up' })))).toContain('I1');
  });

  it('I1: a fraction or a negative number of credits moves', async () => {
    expect(invariants(await forged('CreditsAllotted', withData({ credits: 4.5 })))).toContain('I1');
    expect(invariants(await forged('CreditsRevoked', withData({ credits: -1 })))).toContain('I1');
  });

  it('I2: a balance is not what the events leave', async () => {
    const breaches = found(await forged('CreditConsumed', withData({ balanceAfter: 4 }), 1));
    expect(breaches).toEqual([expect.objectContaining({ invariant: 'I2', stream: STREAM })]);
  });

  it('I2: credits vanish with an event that is left out', async () => {
    expect(invariants(await forged('CreditReturned', () => undefined))).toContain('I2');
    expect(invariants(await forged('CreditsExpired', () => undefined))).toContain('I2');
  });

  it('I3: a cause takes effect a second time', async () => {
    const events = await history();
    const grant = events.find(({ cause }) => cause.startsWith('request:GrantCredits')) as Forged;
    const again = { ...grant, more: false, data: { ...grant.data, allotmentId: 'another' }, recordedAt: events.at(-1)?.recordedAt ?? '' };
    expect(invariants(forge(STREAM, [...events, again]))).toContain('I3');
  });

  it('I5: a cycle is left out', async () => {
    const events = await history();
    const cycle = events.findLastIndex(({ type, cause }) => type === 'CreditsAllotted' && cause.startsWith('cycle:'));
    const before = { ...(events[cycle - 1] as Forged), more: false };
    expect(invariants(forge(STREAM, events.toSpliced(cycle - 1, 2, before)))).toContain('I5');
  });

  it('I5: a cycle is allotted again under another cause', async () => {
    const events = await history();
    const cycle = events.find(({ type, cause }) => type === 'CreditsAllotted' && cause.startsWith('cycle:')) as Forged;
    const again = {
      ...cycle,
      cause: `${cycle.cause}x`,
      data: { ...cycle.data, allotmentId: 'another' },
      more: false,
      recordedAt: events.at(-1)?.recordedAt ?? '',
    };
    expect(invariants(forge(STREAM, [...events, again]))).toContain('I5');
  });

  it('I5: a set outlives its cycle', async () => {
    expect(invariants(await forged('CreditsAllotted', withData({ expiresAt: '2027-06-01T00:00:00.000Z' })))).toContain('I5');
  });

  it('I5: nobody wrote what was due by the time that all should be quiet', async () => {
    const events = forge(STREAM, await history());
    expect(found(events, ms('2027-03-03'))).toEqual([expect.objectContaining({ invariant: 'I5', version: events.length - 1 })]);
  });

  it('I6: a credit is used for no video', async () => {
    expect(invariants(await forged('VideoApproved', () => undefined))).toContain('I6');
  });

  it('I6: a video is ordered without a credit', async () => {
    expect(invariants(await forged('CreditConsumed', () => undefined))).toContain('I6');
  });

  it('I6: a failed or cancelled video keeps its credit, or a running one gets it back', async () => {
    expect(invariants(await forged('CreditReturned', () => undefined, 0))).toContain('I6');
    expect(invariants(await forged('CreditReturned', () => undefined, 1))).toContain('I6');
    expect(invariants(await forged('VideoFailed', () => undefined))).toContain('I6');
    expect(invariants(await forged('VideoCancelled', () => undefined))).toContain('I6');
  });

  it('I6: a credit comes back to another allotment than it was taken from', async () => {
    const events = await history();
    const other = events.filter(({ type }) => type === 'CreditsAllotted').at(-1)?.data['allotmentId'] ?? null;
    expect(invariants(await forged('CreditReturned', withData({ allotmentId: other })))).toContain('I6');
  });

  it('I6: a video is delivered for a credit that was another’s', async () => {
    expect(invariants(await forged('VideoCompleted', withData({ allotmentId: 'another' })))).toContain('I6');
  });

  it('chain: time goes back, an append is cut short or has two instants', async () => {
    const events = await history();
    const late = (at: number) =>
      events.map((event, index) => (index === at ? { ...event, recordedAt: '2027-12-01T00:00:00.000Z' } : event));
    expect(invariants(forge(STREAM, late(2)))).toContain('chain');
    expect(invariants(forge(STREAM, late(events.length - 1)))).toContain('chain');
    const inside = events.findIndex(({ more }) => more === true);
    expect(found(forge(STREAM, events.slice(0, inside + 1))).at(-1)).toMatchObject({ invariant: 'chain', version: inside });
  });

  it('id: an event bears an id that its cause does not give', async () => {
    const events = forge(STREAM, await history()).map((event) =>
      event.version === 3 ? { ...event, id: '0b1d7c3e-0000-5000-8000-000000000000' } : event,
    );
    expect(found(events).map(({ invariant }) => invariant)).toEqual(['chain', 'id']);
  });

  it('unreadable: an event is of a type that nobody knows, and the stream is not folded further', async () => {
    const breaches = found(await forged('VideoCompleted', (event) => ({ ...event, type: 'VideoTeleported' })));
    expect(breaches.map(({ invariant }) => invariant)).toEqual(['unreadable']);
  });

  it('chain: an event is missing from the log, also the only one of its stream', () => {
    const at = '2027-01-01T00:00:00.000Z';
    const one = (id: string, position: bigint): RecordedEvent => {
      const [event] = forge(`artwork-${id}`, [{ type: 'ArtworkUploaded', data: {}, cause: `request:UploadArtwork:${id}`, recordedAt: at }]);
      return { ...(event as RecordedEvent), position };
    };
    expect(found([one('a', 1n), one('b', 2n)])).toEqual([]);
    expect(found([one('a', 1n), one('c', 3n)])).toEqual([expect.objectContaining({ stream: 'artwork-c', invariant: 'chain' })]);
  });
});
