import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '#service';
import { billingCommand, readBillingEvent } from '#credits';
import { startStandalone } from '#standalone';
import { projectionNames } from '#videos';
import type { Figures } from './figures.js';

const ACCOUNTS = 100_000;
const SIDE_BY_SIDE = 1_000;
/** The old set expires and the new one is given. */
const EVENTS_PER_RENEWAL = 2n;
const START = '2027-01-01T00:00:00Z';
const END = '2028-01-01T00:00:00Z';
const MEBIBYTE = 1_048_576;

/** 100,000 yearly accounts whose next cycle begins at one instant: how long until all are in the log, and until all is at rest. */
export async function renewalsBench(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'renewals-bench-'));
  const settings = readSettings({ DATA_DIR: folder, PORT: '0', SANDBOX: 'true', RENDER_WORKERS: '0', LOG_LEVEL: 'warn' });
  const service = await startStandalone(settings);
  const { projector } = service;
  const { accounts, renewalClock } = service.domain;
  const { store, plans, clock } = service.ground;
  try {
    if (!clock.set(Date.parse(START))) throw new Error('the clock stands later');
    for (let n = 0; n < ACCOUNTS; n += SIDE_BY_SIDE) {
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, (_, k) => accounts.transact(subscribed(`renewal-${n + k}`))));
    }
    await projector.waitFor('accounts', await store.head(), 600_000);
    const before = await store.head();
    const memoryBefore = process.memoryUsage().rss;
    let peak = memoryBefore;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
    clock.set(Date.parse('2027-01-31T00:00:00Z'));
    const cpuBegin = process.cpuUsage();
    const begin = performance.now();
    const watchLog = (async (): Promise<number> => {
      const all = before + EVENTS_PER_RENEWAL * BigInt(ACCOUNTS);
      for (let at = before; at < all; at = await store.head()) await store.waitForMore(at, AbortSignal.timeout(600_000));
      return (performance.now() - begin) / 1_000;
    })();
    await renewalClock.catchUp();
    const head = await store.head();
    await Promise.all(projectionNames.map((name) => projector.waitFor(name, head, 600_000)));
    const seconds = (performance.now() - begin) / 1_000;
    clearInterval(watch);
    if (head - before < EVENTS_PER_RENEWAL * BigInt(ACCOUNTS)) throw new Error('not every account was renewed');
    const { user, system } = process.cpuUsage(cpuBegin);
    const secondsToLog = await watchLog;
    return {
      'renewals seconds': Number(seconds.toFixed(2)),
      'renewals/s to the log': Math.round(ACCOUNTS / secondsToLog),
      'renewals/s at rest': Math.round(ACCOUNTS / seconds),
      'CPU µs each at rest': Math.round((user + system) / ACCOUNTS),
      'memory before MB': Math.round(memoryBefore / MEBIBYTE),
      'memory peak MB': Math.round(peak / MEBIBYTE),
    };
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  function subscribed(accountId: string) {
    const data = {
      accountId,
      subscriptionId: 's',
      planId: 'gallery-basic',
      interval: 'year',
      status: 'active',
      periodStart: START,
      periodEnd: END,
      cancelAtPeriodEnd: false,
      occurredAt: START,
    };
    const read = readBillingEvent('billing.subscription.started', data);
    if (!read.ok) throw new Error(read.reason);
    const { cause, decide } = billingCommand(read.event, plans);
    return { id: accountId, cause, decide };
  }
}
