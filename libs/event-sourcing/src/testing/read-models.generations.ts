import assert from 'node:assert/strict';
import type { Generation, ReadModelStore } from '../read-model.port.js';
import { clause, ids, LOG, openLive, put, type ReadModelClause, TABLES, TASKS, task } from './read-models.situation.js';

/** What is promised of opening again, generations, their switch, and notes. */
export const generationClauses: readonly ReadModelClause[] = [
  clause('finds rows, checkpoint and notes again when it is opened again', async ({ store, live, place }) => {
    await put(live, 0n, 9n, task('a', 'ann', 1, { kept: true }));
    await store.putNote('n', { progress: 40 });
    await store.close();
    const again = await place.open();
    assert.equal(await (await openLive(again)).checkpoint(), 9n);
    assert.deepEqual(await again.get('p', 'tasks', 'a'), task('a', 'ann', 1, { kept: true }));
    assert.deepEqual((await again.getNotes(['n'])).get('n'), { progress: 40 });
    await again.close();
  }),
  clause('gives the same live generation when it is opened twice', async ({ store, live }) => {
    await put(live, 0n, 3n, task('a', 'ann', 1));
    const twice = await openLive(store);
    assert.equal(twice.id, live.id);
    assert.equal(await twice.checkpoint(), 3n);
  }),
  ...(
    [
      ['another version', (store: ReadModelStore) => store.open('p', '2', LOG, TABLES)],
      ['another log', (store: ReadModelStore) => store.open('p', '1', 'log-2', TABLES)],
      ['other tables', (store: ReadModelStore) => store.open('p', '1', LOG, [{ ...TASKS, indexes: [] }])],
    ] as const
  ).flatMap(([what, reopen]) => [
    clause(`begins anew for ${what}, in a store opened again`, async ({ store, live, place }) => {
      await put(live, 0n, 9n, task('a', 'ann', 1));
      await store.close();
      const again = await place.open();
      await beginsAnew(again, await reopen(again));
      await again.close();
    }),
    clause(`begins anew for ${what}, and refuses writes to what was before`, async ({ store, live }) => {
      await put(live, 0n, 9n, task('a', 'ann', 1));
      await beginsAnew(store, await reopen(store));
      assert.equal(await put(live, 9n, 10n, task('b', 'ann', 1)), false);
      assert.equal(await store.get('p', 'tasks', 'b'), undefined);
    }),
  ]),
  clause('fills a generation beside the live one, which is read and written meanwhile', async ({ store, live }) => {
    await put(live, 0n, 5n, task('a', 'ann', 1));
    const next = await store.rebuild('p');
    assert.notEqual(next.id, live.id);
    assert.equal(await next.checkpoint(), 0n);
    assert.equal((await next.get('tasks', ['a'])).size, 0);
    assert.equal(await put(next, 0n, 3n, task('new', 'bob', 1)), true);
    assert.equal(await put(live, 5n, 6n, task('b', 'ann', 2)), true);
    assert.deepEqual(await ids(store, { index: [] }), ['a', 'b']);
    assert.deepEqual([await live.checkpoint(), await next.checkpoint()], [6n, 3n]);
    assert.equal((await next.get('tasks', ['a', 'b', 'new'])).size, 1);
  }),
  clause('switches reads to a rebuilt generation in one step', async ({ store, live, place }) => {
    await put(live, 0n, 5n, task('a', 'ann', 1), task('old', 'ann', 1));
    const next = await store.rebuild('p');
    await put(next, 0n, 5n, task('a', 'bob', 1), task('new', 'bob', 1));
    await store.switchTo('p', next);
    assert.deepEqual(await ids(store, { index: [] }), ['a', 'new']);
    const opened = await openLive(store);
    assert.equal(opened.id, next.id);
    assert.equal(await put(opened, 5n, 6n, task('c', 'bob', 1)), true);
    await store.close();
    const again = await place.open();
    assert.equal(await (await openLive(again)).checkpoint(), 6n);
    assert.deepEqual(await ids(again, { index: [] }), ['a', 'c', 'new']);
    await again.close();
  }),
  clause('does not switch reads to rows that are further behind than they are', async ({ store, live }) => {
    await put(live, 0n, 5n, task('a', 'ann', 1));
    const next = await store.rebuild('p');
    await put(next, 0n, 4n, task('behind', 'ann', 1));
    assert.equal(await store.switchTo('p', next, 4n), false);
    assert.deepEqual(await ids(store, { index: [] }), ['a']);
    assert.equal(await put(next, 4n, 5n, task('even', 'ann', 1)), true);
    assert.equal(await put(live, 5n, 6n, task('b', 'ann', 1)), true);
    assert.equal(await store.switchTo('p', next, 5n), false);
    assert.equal(await put(next, 5n, 6n, task('b', 'ann', 1)), true);
    assert.equal(await store.switchTo('p', next, 6n), true);
    assert.deepEqual(await ids(store, { index: [] }), ['b', 'behind', 'even']);
  }),
  clause('refuses writes to a generation that reads have left', async ({ store, live }) => {
    await put(live, 0n, 5n, task('a', 'ann', 1));
    const next = await store.rebuild('p');
    await put(next, 0n, 5n, task('a', 'ann', 1));
    await store.switchTo('p', next);
    assert.equal(await put(live, 5n, 6n, task('late', 'ann', 1)), false);
    assert.equal(await store.get('p', 'tasks', 'late'), undefined);
    assert.equal(await next.checkpoint(), 5n);
  }),
  clause('drops an unfinished rebuild for the next one', async ({ store }) => {
    const first = await store.rebuild('p');
    await put(first, 0n, 3n, task('a', 'ann', 1));
    const second = await store.rebuild('p');
    assert.equal(await second.checkpoint(), 0n);
    assert.equal(await put(first, 3n, 4n, task('b', 'ann', 1)), false);
    await assert.rejects(store.switchTo('p', first));
    await store.switchTo('p', second);
    assert.deepEqual(await ids(store, { index: [] }), []);
  }),
  clause('forgets an unfinished rebuild when it is opened again', async ({ store, live, place }) => {
    await put(live, 0n, 5n, task('a', 'ann', 1));
    await put(await store.rebuild('p'), 0n, 9n, task('unfinished', 'ann', 1));
    await store.close();
    const again = await place.open();
    assert.equal(await (await openLive(again)).checkpoint(), 5n);
    assert.deepEqual(await ids(again, { index: [] }), ['a']);
    await again.close();
  }),
  clause('keeps notes until they are replaced or removed', async ({ store }) => {
    await store.putNote('a', { progress: 1, worker: 'w"1' });
    await store.putNote('b', { progress: 2 });
    await store.putNote('a', { progress: 3 });
    const notes = await store.getNotes(['a', 'b', 'c']);
    assert.deepEqual(Object.fromEntries(notes), { a: { progress: 3 }, b: { progress: 2 } });
    await store.removeNote('a');
    await store.removeNote('never');
    assert.deepEqual([...(await store.getNotes(['a', 'b'])).keys()], ['b']);
  }),
];

async function beginsAnew(store: ReadModelStore, live: Generation): Promise<void> {
  assert.equal(await live.checkpoint(), 0n);
  assert.equal(await store.get('p', 'tasks', 'a'), undefined);
  assert.equal(await put(live, 0n, 1n, task('a', 'ann', 1)), true);
}
