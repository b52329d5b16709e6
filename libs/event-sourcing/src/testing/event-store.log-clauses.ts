import assert from 'node:assert/strict';
import { NO_STREAM } from '../event-store.port.js';
import { anEvent, appended, type Clause, idsOf, inTime, someEvents, wholeLog } from './event-store.under-test.js';

/** Reading the log of all streams, and waiting for more of it. */
export const logClauses: readonly Clause[] = [
  {
    sentence: 'the log is in the order of the answers, and positions grow along it',
    async run(test) {
      const { store, namespace } = test;
      const ids: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        const events = someEvents(2);
        await store.append(`${namespace}${round % 3}`, round < 3 ? NO_STREAM : 1, events);
        ids.push(...idsOf(events));
      }
      const log = await wholeLog(test);
      assert.deepEqual(idsOf(log), ids);
      const positions = log.map(({ position }) => position);
      assert.ok(positions.every((position, index) => position > (positions[index - 1] ?? 0n)));
    },
  },
  {
    sentence: 'the log keeps the order of every stream under many writers at once',
    async run(test) {
      const { store, namespace } = test;
      await Promise.all(
        Array.from({ length: 8 }, async (_, writer) => {
          for (let round = 0; round < 5; round += 1) await store.append(`${namespace}${writer}`, round * 2 - 1, someEvents(2));
        }),
      );
      const next = new Map<string, number>();
      for (const { stream, version } of await wholeLog(test)) {
        assert.equal(version, next.get(stream) ?? 0);
        next.set(stream, version + 1);
      }
      assert.deepEqual(
        [...next.values()],
        Array.from({ length: 8 }, () => 10),
      );
    },
  },
  {
    sentence: 'a page of the log begins after the position asked for, which is not included',
    async run(test) {
      const { store, namespace } = test;
      await store.append(`${namespace}a`, NO_STREAM, someEvents(5));
      const log = await wholeLog(test);
      for (const [index, { position }] of log.entries()) {
        const [next] = (await store.readLog(position, 1, [namespace])).events;
        assert.equal(next?.id, log[index + 1]?.id);
      }
    },
  },
  {
    sentence: 'a page of the log holds at most as many events as asked for, and goes on after its last',
    async run(test) {
      const { store, namespace } = test;
      const start = await store.head();
      const events = someEvents(7);
      await store.append(`${namespace}a`, NO_STREAM, events);
      const page = await store.readLog(start, 3, [namespace]);
      assert.ok(page.events.length <= 3);
      for (const size of [1, 2, 3, 7, 100]) assert.deepEqual(idsOf(await wholeLog(test, size)), idsOf(events));
    },
  },
  {
    sentence: 'the log gives only the streams that begin with one of the prefixes, and nothing for none',
    async run({ store, namespace }) {
      const start = await store.head();
      for (const name of ['account-1', 'artwork-1', 'acc', 'x-account-1']) await store.append(namespace + name, NO_STREAM, [anEvent(name)]);
      const types = async (...prefixes: string[]) => {
        const found: string[] = [];
        for (let after = start, more = true; more; ) {
          const page = await store.readLog(after, 100, prefixes);
          found.push(...page.events.map(({ type }) => type));
          after = page.upTo;
          more = !page.caughtUp;
        }
        return found;
      };
      assert.deepEqual(await types(`${namespace}account-`), ['account-1']);
      assert.deepEqual(await types(`${namespace}artwork-`, `${namespace}account-`), ['account-1', 'artwork-1']);
      assert.deepEqual(await types(`${namespace}nothing-`), []);
      assert.deepEqual(await types(), []);
    },
  },
  {
    sentence: 'pages lead through the log to its end also where the prefixes leave out nearly everything',
    async run({ store, namespace }) {
      const start = await store.head();
      const rare = [anEvent('Rare'), anEvent('Rare')];
      await store.append(`${namespace}rare`, NO_STREAM, rare.slice(0, 1));
      const others = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.append(`${namespace}other-${index}`, NO_STREAM, someEvents(3))),
      );
      await store.append(`${namespace}rare`, 0, rare.slice(1));
      const { position: last } = appended(await store.append(`${namespace}other-0`, 2, someEvents(3)));
      assert.equal(others.length, 20);

      const found: string[] = [];
      let after = start;
      for (let pages = 0; pages < 200; pages += 1) {
        const page = await store.readLog(after, 2, [`${namespace}rare`]);
        assert.ok(page.caughtUp || page.upTo > after, 'a page that is not the last must lead on');
        found.push(...idsOf(page.events));
        after = page.upTo;
        if (page.caughtUp) break;
      }
      assert.deepEqual(found, idsOf(rare));
      assert.ok(after >= last, 'the last page leads past what the prefixes left out');
    },
  },
  {
    sentence: 'a page says that it has caught up when it has, and not before',
    async run({ store, namespace }) {
      const start = await store.head();
      await store.append(`${namespace}a`, NO_STREAM, someEvents(3));
      assert.equal((await store.readLog(start, 2, [namespace])).caughtUp, false);
      let after = start;
      for (let pages = 0; pages < 10; pages += 1) after = (await store.readLog(after, 2, [namespace])).upTo;
      const end = await store.readLog(after, 2, [namespace]);
      assert.deepEqual(end, { events: [], upTo: after, caughtUp: true });
    },
  },
  {
    sentence: 'waiting for more ends when something is appended, for everybody who waits',
    async run(test) {
      const { store, namespace } = test;
      for (let round = 0; round < 3; round += 1) {
        const { signal } = new AbortController();
        const head = await store.head();
        const waiting = [store.waitForMore(head, signal), store.waitForMore(head, signal)];
        await store.append(`${namespace}a`, round - 1, someEvents(1));
        await inTime(test, Promise.all(waiting));
      }
    },
  },
  {
    sentence: 'waiting for more ends at once where there is more already',
    async run(test) {
      const { store, namespace } = test;
      const start = await store.head();
      await store.append(`${namespace}a`, NO_STREAM, someEvents(1));
      await inTime(test, store.waitForMore(start, new AbortController().signal));
    },
  },
  {
    sentence: 'waiting for more ends when it is called off, also where that was before it began',
    async run(test) {
      const { store } = test;
      const head = await store.head();
      await inTime(test, store.waitForMore(head, AbortSignal.abort()));
      const calledOff = new AbortController();
      const waiting = store.waitForMore(head, calledOff.signal);
      calledOff.abort();
      await inTime(test, waiting);
    },
  },
  {
    sentence: 'waiting for more goes on for as long as nothing comes',
    async run({ store, namespace }) {
      await store.append(`${namespace}a`, NO_STREAM, someEvents(1));
      const head = await store.head();
      const calledOff = AbortSignal.timeout(50);
      await store.waitForMore(head, calledOff);
      assert.ok(calledOff.aborted || (await store.head()) > head, 'the wait ended without a reason');
    },
  },
];
