import assert from 'node:assert/strict';
import { NO_STREAM } from '../event-store.port.js';
import { anEvent, appended, type Clause, idsOf, someEvents, wholeLog } from './event-store.under-test.js';

const RACERS = 16;
const ROUNDS = 5;

/** What an append does and answers. */
export const appendClauses: readonly Clause[] = [
  {
    sentence: 'a stream begins at version 0, with an append that expects no stream',
    async run({ store, namespace }) {
      const { version } = appended(await store.append(`${namespace}a`, NO_STREAM, someEvents(2)));
      assert.equal(version, 1);
      assert.deepEqual(
        (await store.readForwards(`${namespace}a`, 0, 10)).map((event) => event.version),
        [0, 1],
      );
    },
  },
  {
    sentence: 'an append at the version of the stream is written right behind it and answers its last version and position',
    async run({ store, namespace }) {
      await store.append(`${namespace}a`, NO_STREAM, someEvents(1));
      const events = someEvents(2);
      const { version, position } = appended(await store.append(`${namespace}a`, 0, events));
      assert.equal(version, 2);
      const stored = await store.readForwards(`${namespace}a`, 1, 10);
      assert.deepEqual(idsOf(stored), idsOf(events));
      assert.equal(stored.at(-1)?.position, position);
    },
  },
  {
    sentence: 'an append above the version of the stream is a wrong version, names the actual one and writes nothing',
    async run({ store, namespace }) {
      assert.deepEqual(await store.append(`${namespace}a`, 0, someEvents(1)), { kind: 'wrong-version', actualVersion: NO_STREAM });
      await store.append(`${namespace}a`, NO_STREAM, someEvents(2));
      assert.deepEqual(await store.append(`${namespace}a`, 2, someEvents(1)), { kind: 'wrong-version', actualVersion: 1 });
      assert.equal((await store.readForwards(`${namespace}a`, 0, 10)).length, 2);
    },
  },
  {
    sentence: 'an append below the version of the stream with other events is a wrong version, names the actual one and writes nothing',
    async run({ store, namespace }) {
      await store.append(`${namespace}a`, NO_STREAM, someEvents(3));
      for (const expected of [NO_STREAM, 0, 1]) {
        assert.deepEqual(await store.append(`${namespace}a`, expected, someEvents(1)), { kind: 'wrong-version', actualVersion: 2 });
      }
      assert.equal((await store.readForwards(`${namespace}a`, 0, 10)).length, 3);
    },
  },
  {
    sentence: 'an exact repeat answers as the first time and writes nothing, whatever has followed it',
    async run(test) {
      const { store, namespace } = test;
      await store.append(`${namespace}a`, NO_STREAM, someEvents(1));
      const events = someEvents(3);
      const first = appended(await store.append(`${namespace}a`, 0, events));
      assert.deepEqual(await store.append(`${namespace}a`, 0, events), first);
      await store.append(`${namespace}a`, 3, someEvents(4));
      assert.deepEqual(await store.append(`${namespace}a`, 0, events), first);
      assert.equal((await store.readForwards(`${namespace}a`, 0, 100)).length, 8);
      assert.equal((await wholeLog(test)).length, 8);
    },
  },
  {
    sentence: 'repeats of one append sent at once are written once and all answer alike',
    async run(test) {
      const { store, namespace } = test;
      const events = someEvents(2);
      const [first, ...others] = await Promise.all(Array.from({ length: RACERS }, () => store.append(`${namespace}a`, NO_STREAM, events)));
      assert.equal(first?.kind, 'appended');
      for (const other of others) assert.deepEqual(other, first);
      assert.equal((await wholeLog(test)).length, 2);
    },
  },
  {
    sentence: 'a repeat of which only some events are the stored ones is a wrong version and writes nothing',
    async run({ store, namespace }) {
      const [first, second, third] = [anEvent(), anEvent(), anEvent()];
      await store.append(`${namespace}a`, NO_STREAM, [first, second, third]);
      const wrong = { kind: 'wrong-version', actualVersion: 2 };
      assert.deepEqual(await store.append(`${namespace}a`, NO_STREAM, [first, anEvent()]), wrong, 'first only');
      assert.deepEqual(await store.append(`${namespace}a`, NO_STREAM, [anEvent(), second, third]), wrong, 'last ones only');
      assert.deepEqual(await store.append(`${namespace}a`, NO_STREAM, [second, first]), wrong, 'in another order');
      assert.deepEqual(await store.append(`${namespace}a`, 0, [first, second]), wrong, 'at another version');
      assert.deepEqual(await store.append(`${namespace}a`, 1, [third, anEvent()]), wrong, 'more than is stored');
      assert.equal((await store.readForwards(`${namespace}a`, 0, 10)).length, 3);
    },
  },
  {
    sentence: 'at the version of the stream ids are not looked at: the caller says that these are new events',
    async run({ store, namespace }) {
      const event = anEvent();
      await store.append(`${namespace}a`, NO_STREAM, [event]);
      assert.equal(appended(await store.append(`${namespace}a`, 0, [event])).version, 1);
      assert.deepEqual(idsOf(await store.readForwards(`${namespace}a`, 0, 10)), [event.id, event.id]);
    },
  },
  {
    sentence: 'a conflict touches only its own append among many that were made in one turn',
    async run(test) {
      const { store, namespace } = test;
      await store.append(`${namespace}0`, NO_STREAM, someEvents(1));
      const outcomes = await Promise.all(
        Array.from({ length: RACERS }, (_, index) => store.append(`${namespace}${index}`, index % 4 === 1 ? 7 : NO_STREAM, someEvents(2))),
      );
      const kinds = outcomes.map(({ kind }) => kind);
      assert.deepEqual(
        kinds,
        Array.from({ length: RACERS }, (_, index) => (index === 0 || index % 4 === 1 ? 'wrong-version' : 'appended')),
      );
      assert.equal((await wholeLog(test)).length, 1 + 2 * kinds.filter((kind) => kind === 'appended').length);
    },
  },
  {
    sentence: 'of appends made at once at one version exactly one is written, round after round',
    async run({ store, namespace }) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const offers = Array.from({ length: RACERS }, () => someEvents(2));
        const outcomes = await Promise.all(offers.map((events) => store.append(`${namespace}a`, round * 2 - 1, events)));
        const winners = offers.filter((_, index) => outcomes[index]?.kind === 'appended');
        assert.equal(winners.length, 1);
        const stored = await store.readForwards(`${namespace}a`, round * 2, 100);
        assert.deepEqual(idsOf(stored), idsOf(winners[0] ?? []));
      }
    },
  },
  {
    sentence: 'an append is there whole or not at all, its events side by side in the log',
    async run(test) {
      const { store, namespace } = test;
      const appends = Array.from({ length: RACERS }, (_, index) => ({ stream: `${namespace}${index % 4}`, events: someEvents(3) }));
      const running = appends.map(({ stream, events }) => store.append(stream, NO_STREAM, events));
      const seenMeanwhile = await wholeLog(test);
      const outcomes = await Promise.all(running);
      const written = appends.filter((_, index) => outcomes[index]?.kind === 'appended');
      for (const log of [seenMeanwhile, await wholeLog(test)]) {
        const runs = Array.from({ length: Math.ceil(log.length / 3) }, (_, index) => idsOf(log.slice(index * 3, index * 3 + 3)).join());
        const whole = written.map(({ events }) => idsOf(events).join());
        assert.deepEqual(
          runs.filter((run) => !whole.includes(run)),
          [],
        );
      }
      assert.equal((await wholeLog(test)).length, written.length * 3);
    },
  },
  {
    sentence: 'an append of no events is a mistake of the caller and rejects',
    async run({ store, namespace }) {
      await assert.rejects(store.append(`${namespace}a`, NO_STREAM, []));
    },
  },
  {
    sentence: 'an event of 500 kB, and 500 events in one append, come back whole',
    async run({ store, namespace }) {
      const large = anEvent('Large', { text: 'äöü→'.repeat(56_000) });
      const many = someEvents(500);
      await store.append(`${namespace}a`, NO_STREAM, [large]);
      await store.append(`${namespace}a`, 0, many);
      const [first, ...rest] = await store.readForwards(`${namespace}a`, 0, 1000);
      assert.equal(first?.data['text'], large.data['text']);
      assert.deepEqual(
        rest.map(({ id, data }) => [id, data]),
        many.map(({ id, data }) => [id, data]),
      );
    },
  },
  {
    sentence: 'everything is there after a reopening: the log and its id, its order, its positions, its versions, its repeats',
    async run(test) {
      const { store, namespace } = test;
      const events = someEvents(2);
      const first = appended(await store.append(`${namespace}a`, NO_STREAM, events));
      await store.append(`${namespace}b`, NO_STREAM, [anEvent('Ü', { text: 'ü' })]);
      await store.append(`${namespace}a`, 1, someEvents(1));
      const [before, head, { logId }] = [await wholeLog(test), await store.head(), store];
      const reopened = await test.reopen();
      assert.equal(reopened.logId, logId);
      assert.ok((await reopened.head()) >= head);
      assert.deepEqual(await wholeLog({ ...test, store: reopened }), before);
      assert.deepEqual(await reopened.append(`${namespace}a`, NO_STREAM, events), first);
      assert.deepEqual(await reopened.append(`${namespace}a`, 1, someEvents(1)), { kind: 'wrong-version', actualVersion: 2 });
      const { version, position } = appended(await reopened.append(`${namespace}a`, 2, someEvents(1)));
      assert.equal(version, 3);
      assert.ok(position > head);
    },
  },
];
