import assert from 'node:assert/strict';
import { type EventStore, NO_STREAM } from '../event-store.port.js';
import { anEvent, appended, type Clause, idsOf, someEvents, wholeLog } from './event-store.under-test.js';

/** Reading one stream. */
export const readClauses: readonly Clause[] = [
  {
    sentence: 'reading forwards begins at the version asked for, which is included, and gives at most as many events as asked for',
    async run({ store, namespace }) {
      const events = someEvents(10);
      await store.append(`${namespace}a`, NO_STREAM, events);
      const forwards = async (from: number, count: number) => idsOf(await store.readForwards(`${namespace}a`, from, count));
      assert.deepEqual(await forwards(0, 100), idsOf(events));
      assert.deepEqual(await forwards(0, 3), idsOf(events.slice(0, 3)));
      assert.deepEqual(await forwards(3, 4), idsOf(events.slice(3, 7)));
      assert.deepEqual(await forwards(9, 4), idsOf(events.slice(9)));
      assert.deepEqual(await forwards(10, 4), []);
    },
  },
  {
    sentence: 'reading backwards begins at the version asked for, or at the last, which is included, newest first',
    async run({ store, namespace }) {
      const events = someEvents(10);
      await store.append(`${namespace}a`, NO_STREAM, events);
      const newestFirst = idsOf(events).reverse();
      const backwards = async (from: number | undefined, count: number) => idsOf(await store.readBackwards(`${namespace}a`, from, count));
      assert.deepEqual(await backwards(undefined, 100), newestFirst);
      assert.deepEqual(await backwards(undefined, 3), newestFirst.slice(0, 3));
      assert.deepEqual(await backwards(6, 3), newestFirst.slice(3, 6));
      assert.deepEqual(await backwards(1, 100), newestFirst.slice(8));
      assert.deepEqual(await backwards(0, 100), newestFirst.slice(9));
      assert.deepEqual(await backwards(50, 1), newestFirst.slice(0, 1));
    },
  },
  {
    sentence: 'a stream that nobody has written to is empty',
    async run({ store, namespace }) {
      assert.deepEqual(await store.readForwards(`${namespace}a`, 0, 10), []);
      assert.deepEqual(await store.readBackwards(`${namespace}a`, undefined, 10), []);
    },
  },
  {
    sentence: 'streams are told apart by their whole names, letter by letter',
    async run({ store, namespace }) {
      const names = ['a', 'A', 'ab', 'a b', 'á', 'a\u0301', 'aa', 'a-1', 'a-11'].map((name) => namespace + name);
      for (const name of names) await store.append(name, NO_STREAM, [anEvent(name)]);
      for (const name of names) {
        const events = await store.readForwards(name, 0, 10);
        assert.deepEqual(
          events.map(({ stream, type }) => [stream, type]),
          [[name, name]],
        );
      }
    },
  },
  {
    sentence: 'a long stream is read page by page in both directions, every event once',
    async run({ store, namespace }) {
      const ids: string[] = [];
      for (let append = 0; append < 8; append += 1) {
        const events = someEvents(150);
        await store.append(`${namespace}a`, ids.length - 1, events);
        await store.append(`${namespace}other`, append - 1, someEvents(1));
        ids.push(...idsOf(events));
      }
      const forwards: string[] = [];
      for (let from = 0; from < ids.length; from += 70) forwards.push(...idsOf(await store.readForwards(`${namespace}a`, from, 70)));
      assert.deepEqual(forwards, ids);
      const backwards: string[] = [];
      for (let from = ids.length - 1; from >= 0; from -= 70) backwards.push(...idsOf(await store.readBackwards(`${namespace}a`, from, 70)));
      assert.deepEqual(backwards, ids.reverse());
    },
  },
  {
    sentence: 'an event comes back as it was given, in every alphabet and with every kind of value',
    async run(test) {
      const { store, namespace } = test;
      const data = {
        text: 'Größe 大きい 🖼️ \u0000 " \\ \u2028 \ud800',
        'key → ключ': [1, -0.5, 1e21, Number.MAX_SAFE_INTEGER, null, true, { nested: [] }],
        empty: '',
      };
      const event = anEvent('Größe🖼', data);
      const metadata = { ...event.metadata, actor: 'Zoë "O\'Neil" 李', correlation: 'ü', keyName: 'k', requestHash: 'h' };
      await store.append(`${namespace}ü🖼`, NO_STREAM, [{ ...event, metadata }]);
      const given = { stream: `${namespace}ü🖼`, version: 0, id: event.id, type: event.type, data, metadata };
      const read = async (reader: EventStore) => {
        const [stored] = await reader.readForwards(given.stream, 0, 1);
        return { ...stored, position: undefined };
      };
      assert.deepEqual(await read(store), { ...given, position: undefined });
      assert.deepEqual(await read(await test.reopen()), { ...given, position: undefined });
    },
  },
  {
    sentence: 'an append that was answered is seen at once: in its stream, in the log and by the head',
    async run(test) {
      const { store, namespace } = test;
      for (let round = 0; round < 5; round += 1) {
        const event = anEvent();
        const { position } = appended(await store.append(`${namespace}a`, round - 1, [event]));
        const [forwards] = await store.readForwards(`${namespace}a`, round, 1);
        const [backwards] = await store.readBackwards(`${namespace}a`, undefined, 1);
        assert.equal(forwards?.id, event.id);
        assert.equal(backwards?.id, event.id);
        assert.equal((await wholeLog(test)).at(-1)?.id, event.id);
        assert.ok((await store.head()) >= position);
      }
    },
  },
  {
    sentence: 'an event has one position, the same in the answer, in its stream and in the log',
    async run(test) {
      const { store, namespace } = test;
      const { position } = appended(await store.append(`${namespace}a`, NO_STREAM, someEvents(3)));
      const stream = await store.readForwards(`${namespace}a`, 0, 10);
      const log = await wholeLog(test);
      assert.equal(typeof position, 'bigint');
      assert.equal(stream.at(-1)?.position, position);
      assert.deepEqual(
        stream.map((event) => event.position),
        log.map((event) => event.position),
      );
      assert.deepEqual([...(await store.readBackwards(`${namespace}a`, undefined, 10))].reverse(), log);
    },
  },
];
