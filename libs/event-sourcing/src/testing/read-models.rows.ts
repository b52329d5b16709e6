import assert from 'node:assert/strict';
import type { Row } from '../read-model.port.js';
import { clause, ids, LOG, put, type ReadModelClause, TABLES, task, WORDS } from './read-models.situation.js';

/** What is promised of rows, their columns and their checkpoint. */
export const rowClauses: readonly ReadModelClause[] = [
  clause('begins empty, at 0', async ({ store, live }) => {
    assert.equal(await live.checkpoint(), 0n);
    assert.equal(await store.get('p', 'tasks', 'a'), undefined);
    assert.deepEqual(await ids(store, { index: [] }), []);
    assert.equal(await store.count('p', 'tasks', { index: [], equals: [] }), 0);
  }),
  clause('stores rows together with their checkpoint', async ({ store, live }) => {
    assert.equal(await put(live, 0n, 7n, task('a', 'ann', 1)), true);
    assert.equal(await live.checkpoint(), 7n);
    assert.deepEqual(await store.get('p', 'tasks', 'a'), task('a', 'ann', 1));
  }),
  clause('keeps a checkpoint beyond 2^53 exactly', async ({ live }) => {
    const far = 2n ** 62n + 1n;
    assert.equal(await put(live, 0n, far), true);
    assert.equal(await live.checkpoint(), far);
    assert.equal(await put(live, far, far + 2n), true);
    assert.equal(await live.checkpoint(), far + 2n);
  }),
  clause('tells how far the live rows have come to who has not opened them, and 0 where there are none', async ({ store, live, place }) => {
    assert.equal(await store.checkpoint('p'), 0n);
    await put(live, 0n, 2n ** 62n + 1n, task('a', 'ann', 1));
    await put(await store.rebuild('p'), 0n, 3n);
    assert.equal(await store.checkpoint('p'), 2n ** 62n + 1n);
    assert.equal(await store.checkpoint('never opened'), 0n);
    await store.close();
    const again = await place.open();
    assert.equal(await again.checkpoint('p'), 2n ** 62n + 1n);
    await again.close();
  }),
  clause('refuses a write whose checkpoint has been passed, and changes nothing', async ({ store, live }) => {
    await put(live, 0n, 5n, task('a', 'ann', 1));
    assert.equal(await put(live, 0n, 9n, task('a', 'bob', 2), task('b', 'bob', 2)), false);
    assert.deepEqual(await store.get('p', 'tasks', 'a'), task('a', 'ann', 1));
    assert.equal(await store.get('p', 'tasks', 'b'), undefined);
    assert.equal(await live.checkpoint(), 5n);
  }),
  clause('refuses a write that begins beyond the checkpoint', async ({ live }) => {
    assert.equal(await put(live, 3n, 9n, task('a', 'ann', 1)), false);
    assert.equal(await live.checkpoint(), 0n);
  }),
  clause('lets one of two racing writers through', async ({ live }) => {
    const tries = await Promise.all([put(live, 0n, 4n, task('a', 'ann', 1)), put(live, 0n, 4n, task('a', 'bob', 1))]);
    assert.deepEqual([...tries].sort(), [false, true]);
  }),
  clause('writes all rows of all tables and the checkpoint, or nothing', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1));
    const rows = new Map([
      [
        'tasks',
        new Map<string, Row | null>([
          ['b', task('b', 'bob', 2)],
          ['a', null],
        ]),
      ],
      [WORDS, new Map<string, Row | null>([['w', { key: 'w', select: 5 }]])],
    ]);
    await assert.rejects(live.write(1n, 2n, rows));
    assert.equal(await live.checkpoint(), 1n);
    assert.deepEqual(await ids(store, { index: [] }), ['a']);
    assert.equal(await put(live, 1n, 2n, task('c', 'ann', 1)), true);
  }),
  clause('replaces a row as a whole', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1, { deep: true }));
    await put(live, 1n, 2n, { id: 'a', owner: 'bob' });
    assert.deepEqual(await store.get('p', 'tasks', 'a'), { id: 'a', owner: 'bob', due: null, data: null });
    assert.equal(await store.count('p', 'tasks', { index: ['owner', 'due'], equals: ['ann'] }), 0);
  }),
  clause('removes a row', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1), task('b', 'ann', 2));
    assert.equal(
      await live.write(
        1n,
        2n,
        new Map([
          [
            'tasks',
            new Map([
              ['a', null],
              ['never', null],
            ]),
          ],
        ]),
      ),
      true,
    );
    assert.equal(await store.get('p', 'tasks', 'a'), undefined);
    assert.deepEqual(await ids(store, { index: ['owner', 'due'], equals: ['ann'] }), ['b']);
    assert.equal(await store.count('p', 'tasks', { index: [], equals: [] }), 1);
  }),
  clause('gives back null where a column is null or was left out', async ({ store, live }) => {
    await put(live, 0n, 1n, { id: 'a' }, { id: 'b', owner: null, due: null, data: null });
    assert.deepEqual(await store.get('p', 'tasks', 'a'), { id: 'a', owner: null, due: null, data: null });
    assert.deepEqual(await store.get('p', 'tasks', 'b'), { id: 'b', owner: null, due: null, data: null });
  }),
  clause('gives back json columns as they were', async ({ store, live }) => {
    const values = [{ list: [1, -0.5, 'two', null, { n: [] }], text: 'é"\\\u0000\u{1F600}' }, [], 'text', '', 0, false, '{"a":1}'];
    await put(live, 0n, 1n, ...values.map((data, index) => task(`k${index}`, 'ann', 1, data)));
    for (const [index, data] of values.entries()) {
      assert.deepEqual((await store.get('p', 'tasks', `k${index}`))?.data, data);
      assert.deepEqual((await live.get('tasks', [`k${index}`])).get(`k${index}`)?.data, data);
    }
  }),
  clause('keeps integers exact up to 2^53 - 1, and in their order', async ({ store, live }) => {
    const edge = Number.MAX_SAFE_INTEGER;
    await put(live, 0n, 1n, task('a', 'ann', edge), task('b', 'ann', edge - 1), task('c', 'ann', -edge), task('d', 'ann', 0));
    assert.equal((await store.get('p', 'tasks', 'a'))?.due, edge);
    assert.equal((await store.get('p', 'tasks', 'c'))?.due, -edge);
    assert.deepEqual(await ids(store, { index: ['due'] }), ['c', 'd', 'b', 'a']);
    assert.deepEqual(await ids(store, { index: ['due'], equals: [edge - 1] }), ['b']);
  }),
  clause('refuses what a column cannot hold', async ({ live }) => {
    for (const row of [{ id: 'a', due: 1.5 }, { id: 'a', due: '1' }, { id: 'a', owner: 1 }, { id: 'a', other: 1 }, { id: 'b' }]) {
      await assert.rejects(live.write(0n, 1n, new Map([['tasks', new Map([['a', row]])]])), `${JSON.stringify(row)} was stored`);
    }
  }),
  clause('takes any text as a key, and tells keys apart that look alike', async ({ store, live }) => {
    const keys = ['a', 'A', 'é', 'e\u0301', '', ' ', `o'neil"; --`, '%', '_', '\u{1F600}', '日本', 'a\nb', 'x'.repeat(500)];
    await put(live, 0n, 1n, ...keys.map((key, index) => task(key, 'ann', index)));
    for (const [index, key] of keys.entries()) assert.equal((await store.get('p', 'tasks', key))?.due, index, `key ${key}`);
    assert.equal((await live.get('tasks', keys)).size, keys.length);
  }),
  clause('turns what no store keeps in text into U+FFFD', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'x\u0000y', 1), task('b', 'x\ud800y', 1));
    assert.equal((await store.get('p', 'tasks', 'a'))?.owner, 'x\ufffdy');
    assert.equal((await store.get('p', 'tasks', 'b'))?.owner, 'x\ufffdy');
    await assert.rejects(put(live, 1n, 2n, task('a\u0000', 'ann', 1)));
  }),
  clause('finds nothing under what no store keeps', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a\ufffd', 'x\u0000y', 1));
    for (const key of ['a\u0000', 'a\ud800']) {
      assert.equal(await store.get('p', 'tasks', key), undefined);
      assert.equal((await live.get('tasks', [key, 'a'])).has(key), false);
    }
    assert.deepEqual(await ids(store, { index: ['owner', 'due'], equals: ['x\u0000y'] }), []);
    assert.equal((await store.getNotes(['a\u0000'])).size, 0);
  }),
  clause('gets many rows of a generation at once, and only those that are there', async ({ live }) => {
    const many = Array.from({ length: 2_500 }, (_, index) => task(`k${index}`, 'ann', index));
    await put(live, 0n, 1n, ...many);
    const keys = many.map(({ id }) => id);
    const found = await live.get('tasks', [...keys, 'missing', 'k1']);
    assert.equal(found.size, 2_500);
    assert.deepEqual(found.get('k2499'), task('k2499', 'ann', 2_499));
    assert.equal((await live.get('tasks', ['missing'])).size, 0);
    assert.equal((await live.get('tasks', [])).size, 0);
  }),
  clause('keeps the rows of two projections apart', async ({ store, live }) => {
    const other = await store.open('q', '1', LOG, TABLES);
    await put(live, 0n, 5n, task('a', 'ann', 1));
    assert.equal(await put(other, 0n, 2n, task('a', 'bob', 2)), true);
    assert.equal((await store.get('p', 'tasks', 'a'))?.owner, 'ann');
    assert.equal((await store.get('q', 'tasks', 'a'))?.owner, 'bob');
    assert.equal(await live.checkpoint(), 5n);
  }),
];
