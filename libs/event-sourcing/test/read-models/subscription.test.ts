import { UnknownEventTypeError } from '../../src/aggregate.js';
import { EngineUnavailableError } from '../../src/engine-unavailable.js';
import type { Position, RecordedEvent } from '../../src/event.js';
import { Subscription, type SubscriptionOptions } from '../../src/subscription.js';
import { systemMachineClock } from '../../src/system.clock.js';
import { ManualMachineClock } from '../../src/testing/manual.clock.js';
import { EventLog } from './event.log.js';

const DEADLINE_MS = 5_000;

/** A subscription that keeps what it handled, as its checkpoint would. */
function following(log: EventLog, over: Partial<SubscriptionOptions> = {}) {
  const handled: string[] = [];
  const messages: string[] = [];
  const stopped: unknown[] = [];
  const subscription = new Subscription({
    name: 'test',
    store: log,
    prefixes: ['account-'],
    checkpoint: async () => 0n,
    handle: async (events) => {
      handled.push(...events.map(({ id }) => id));
      return undefined;
    },
    onStopped: (error) => stopped.push(error),
    clock: systemMachineClock,
    log: (message) => messages.push(message),
    ...over,
  });
  subscription.start();
  return { subscription, handled, messages, stopped };
}

const idsOf = (events: readonly RecordedEvent[]) => events.map(({ id }) => id);

describe('a subscription', () => {
  it('gives every event of its prefixes once, in order, page by page', async () => {
    const log = new EventLog();
    for (let at = 0; at < 25; at += 1) log.add(at % 5 === 4 ? 'other-1' : 'account-1', 'Added');
    const pages: number[] = [];
    const handled: string[] = [];
    const { subscription } = following(log, {
      pageSize: 10,
      handle: async (events) => {
        pages.push(events.length);
        handled.push(...idsOf(events));
        return undefined;
      },
    });
    expect(await subscription.waitFor(await log.head(), DEADLINE_MS)).toBe(true);
    expect(handled).toEqual(idsOf(log.events.filter(({ stream }) => stream === 'account-1')));
    expect(pages).toEqual([8, 8, 4]);
    expect(subscription.caughtUpTo()).toBe(await log.head());
    await subscription.stop();
  });

  it('goes on from its checkpoint', async () => {
    const log = new EventLog();
    const first = log.add('account-1', 'Added');
    log.add('account-1', 'Added');
    const { subscription, handled } = following(log, { checkpoint: async () => first });
    await subscription.waitFor(await log.head(), DEADLINE_MS);
    expect(handled).toEqual(['account-1/1']);
    await subscription.stop();
  });

  it('takes what comes later without asking for it meanwhile', async () => {
    const log = new EventLog();
    const { subscription, handled } = following(log);
    await subscription.waitFor(log.add('account-1', 'Added'), DEADLINE_MS);
    const reads = log.reads;
    await systemMachineClock.sleep(50);
    expect(log.reads - reads).toBeLessThanOrEqual(1);
    const before = log.reads;
    await systemMachineClock.sleep(100);
    expect(log.reads).toBe(before);
    await subscription.waitFor(log.add('account-2', 'Added'), DEADLINE_MS);
    expect(handled).toEqual(['account-1/0', 'account-2/0']);
    await subscription.stop();
  });

  it('never runs two handlers at once, and waits for the one in flight when it stops', async () => {
    const log = new EventLog();
    let running = 0;
    let most = 0;
    let finished = 0;
    const { subscription } = following(log, {
      pageSize: 1,
      handle: async () => {
        most = Math.max(most, (running += 1));
        await systemMachineClock.sleep(20);
        running -= 1;
        finished += 1;
        return undefined;
      },
    });
    for (let at = 0; at < 10; at += 1) log.add('account-1', 'Added');
    await subscription.waitFor(log.events[1]?.position ?? 0n, DEADLINE_MS);
    await subscription.stop();
    expect([most, running]).toEqual([1, 0]);
    expect(finished).toBeLessThan(10);
    expect(subscription.caughtUpTo()).toBe(log.events[finished - 1]?.position);
  });

  it('tries the same page again, waiting longer each time, while an engine is away', async () => {
    const clock = new ManualMachineClock();
    const log = new EventLog();
    const tries: number[] = [];
    const { subscription, messages, stopped } = following(log, {
      clock,
      handle: async (events) => {
        expect(idsOf(events)).toEqual(['account-1/0']);
        tries.push(clock.now());
        if (tries.length < 12) throw new EngineUnavailableError('away');
        return undefined;
      },
    });
    await clock.runUntil(subscription.waitFor(log.add('account-1', 'Added'), 3_600_000));
    const waits = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(waits).toEqual([50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000]);
    expect(messages).toHaveLength(12);
    expect(stopped).toEqual([]);
    await subscription.stop();
  });

  it('waits without end for a log that is away', async () => {
    const clock = new ManualMachineClock();
    const log = new EventLog();
    log.away = true;
    const { subscription, handled } = following(log, { clock });
    const position = log.add('account-1', 'Added');
    for (let hours = 0; hours < 10; hours += 1) await clock.advance(60_000);
    expect(handled).toEqual([]);
    log.away = false;
    expect(await clock.runUntil(subscription.waitFor(position, 60_000))).toBe(true);
    await subscription.stop();
  });

  it.each([
    ['an unknown event type', new UnknownEventTypeError('Newer')],
    ['a bug', new TypeError('undefined is not a function')],
  ])('stops in its place, loudly, at %s', async (_, error) => {
    const log = new EventLog();
    const seen: string[] = [];
    const { subscription, stopped, messages } = following(log, {
      pageSize: 1,
      handle: async (events) => {
        if (events[0]?.type === 'Newer') throw error;
        seen.push(...idsOf(events));
        return undefined;
      },
    });
    const first = log.add('account-1', 'Added');
    const bad = log.add('account-1', 'Newer');
    log.add('account-1', 'Added');
    expect(await subscription.waitFor(bad, DEADLINE_MS)).toBe(false);
    expect(stopped).toEqual([error]);
    expect(messages.join()).toContain('stopped');
    expect(seen).toEqual(['account-1/0']);
    expect(subscription.caughtUpTo()).toBe(first);
    expect(await subscription.waitFor(bad, DEADLINE_MS)).toBe(false);
    await subscription.stop();
  });

  it('goes back where the handler says that its effects stand', async () => {
    const log = new EventLog();
    const handled: string[] = [];
    let back: Position | undefined = 0n;
    const { subscription } = following(log, {
      handle: async (events) => {
        handled.push(...idsOf(events));
        const place = back;
        back = undefined;
        return place;
      },
    });
    await subscription.waitFor(log.add('account-1', 'Added'), DEADLINE_MS);
    expect(handled).toEqual(['account-1/0', 'account-1/0']);
    await subscription.stop();
  });

  it('answers at once for a place that has been passed, and false at the deadline or on abort', async () => {
    const clock = new ManualMachineClock();
    const log = new EventLog();
    const { subscription } = following(log, { clock });
    const position = log.add('account-1', 'Added');
    await clock.runUntil(subscription.waitFor(position, 1_000));
    expect(await subscription.waitFor(position, 0)).toBe(true);
    expect(await subscription.waitFor(position + 1n, 0)).toBe(false);
    expect(await clock.runUntil(subscription.waitFor(position + 1n, 1_000))).toBe(false);
    const abort = new AbortController();
    const waiting = subscription.waitFor(position + 1n, 1_000, abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
    expect(clock.sleeping).toBe(0);
    await subscription.stop();
  });
});
