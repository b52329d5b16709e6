import assert from 'node:assert/strict';
import { InvalidCursorError, type RangeQuery, type ReadModelStore } from '../read-model.port.js';
import { clause, ids, put, type ReadModelClause, task, WORDS } from './read-models.situation.js';

/** What is promised of ranges, their order, cursors and counts. */
export const rangeClauses: readonly ReadModelClause[] = [
  clause('ranges over leading columns that are equal', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 3), task('b', 'bob', 1), task('c', 'ann', 1), task('d', 'annie', 2));
    assert.deepEqual(await ids(store, { index: ['owner', 'due'], equals: ['ann'] }), ['c', 'a']);
    assert.deepEqual(await ids(store, { index: ['owner', 'due'], equals: ['ann', 3] }), ['a']);
    assert.deepEqual(await ids(store, { index: ['owner', 'due'], equals: ['nobody'] }), []);
  }),
  clause('includes both bounds', async ({ store, live }) => {
    await put(live, 0n, 1n, ...[1, 2, 3, 4].map((due) => task(`k${due}`, 'ann', due)));
    assert.deepEqual(await ids(store, { index: ['due'], atLeast: 2, atMost: 3 }), ['k2', 'k3']);
    assert.deepEqual(await ids(store, { index: ['due'], atMost: 1 }), ['k1']);
    assert.deepEqual(await ids(store, { index: ['owner', 'due'], equals: ['ann'], atLeast: 4 }), ['k4']);
    assert.deepEqual(await ids(store, { index: [], atLeast: 'k2', atMost: 'k3' }), ['k2', 'k3']);
  }),
  clause('orders ties by key, and descending as ascending backwards', async ({ store, live }) => {
    await put(live, 0n, 1n, ...['d', 'b', 'a', 'e', 'c'].map((id) => task(id, 'ann', id === 'e' ? 0 : 1)));
    assert.deepEqual(await ids(store, { index: ['due'] }), ['e', 'a', 'b', 'c', 'd']);
    assert.deepEqual(await ids(store, { index: ['due'], direction: 'descending' }), ['d', 'c', 'b', 'a', 'e']);
  }),
  clause('orders text by code point', async ({ store, live }) => {
    const words = ['B', 'a', 'b', 'é', '\ufffd', '\u{1F600}'];
    await live.write(0n, 1n, new Map([[WORDS, new Map([...words].reverse().map((select, at) => [`k${at}`, { key: `k${at}`, select }]))]]));
    const { items } = await store.range('p', WORDS, { index: ['select'], equals: [], direction: 'ascending', limit: 100 });
    assert.deepEqual(
      items.map(({ select }) => select),
      words,
    );
  }),
  clause('puts null before everything, and never within a bound', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1), task('b', 'ann', null), task('c', 'ann', -5));
    assert.deepEqual(await ids(store, { index: ['due'] }), ['b', 'c', 'a']);
    assert.deepEqual(await ids(store, { index: ['due'], direction: 'descending' }), ['a', 'c', 'b']);
    assert.deepEqual(await ids(store, { index: ['due'], atMost: 1 }), ['c', 'a']);
    assert.deepEqual(await ids(store, { index: ['due'], atLeast: -9, direction: 'descending' }), ['a', 'c']);
  }),
  clause('gives at most `limit` rows, and a cursor only where there are more', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1), task('b', 'ann', 2), task('c', 'ann', 3));
    const query: RangeQuery = { index: ['due'], equals: [], direction: 'ascending', limit: 2 };
    const first = await store.range('p', 'tasks', query);
    assert.equal(first.items.length, 2);
    assert.equal(typeof first.next, 'string');
    assert.equal((await store.range('p', 'tasks', { ...query, limit: 3 })).next, undefined);
    await assert.rejects(store.range('p', 'tasks', { ...query, limit: 0 }));
    await assert.rejects(store.range('p', 'tasks', { ...query, limit: 10_001 }));
  }),
  clause('refuses to range over an index that was not declared', async ({ store }) => {
    await assert.rejects(ids(store, { index: ['data'] }));
    await assert.rejects(ids(store, { index: ['due'], equals: [1, 2] }));
  }),
  clause('pages through every row once, in both directions, across ties, nulls and bounds', async ({ store, live }) => {
    const rows = Array.from({ length: 40 }, (_, at) => task(`k${at}`, ['ann', 'bob', null][at % 3] ?? null, at % 4 === 0 ? null : at % 5));
    await put(live, 0n, 1n, ...rows);
    const kinds: Partial<RangeQuery>[] = [
      { index: [] },
      { index: ['due'] },
      { index: ['owner', 'due'] },
      { index: ['owner', 'due'], equals: ['ann'] },
      { index: ['due'], atLeast: 1, atMost: 3 },
      { index: ['owner', 'due'], equals: ['bob'], atMost: 2 },
    ];
    for (const kind of kinds) {
      for (const direction of ['ascending', 'descending'] as const) {
        const whole = await ids(store, { ...kind, direction });
        for (const limit of [1, 3, 7]) assert.deepEqual(await pages(store, { ...kind, direction, limit }), whole);
      }
    }
  }),
  clause('keeps a cursor at its place while rows come and go', async ({ store, live }) => {
    await put(live, 0n, 1n, ...['b', 'd', 'f', 'h'].map((id) => task(id, 'ann', 1)));
    const query: RangeQuery = { index: ['due'], equals: [], direction: 'ascending', limit: 2 };
    const first = await store.range('p', 'tasks', query);
    await put(live, 1n, 2n, task('a', 'ann', 1), task('c', 'ann', 0), task('e', 'ann', 1));
    await live.write(2n, 3n, new Map([['tasks', new Map([['d', null]])]]));
    const second = await store.range('p', 'tasks', { ...query, cursor: first.next ?? '' });
    assert.deepEqual(
      second.items.map(({ id }) => id),
      ['e', 'f'],
    );
  }),
  clause('rejects a cursor that it did not give with InvalidCursorError', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1), task('b', 'ann', 2));
    const forged = [[1], ['x', 'a'], [1, 2], [1, 'a', 'b'], { 0: 1, 1: 'a' }, null].map((value) => encoded(JSON.stringify(value)));
    for (const cursor of ['', 'nonsense', '%%%', encoded('{'), ...forged, `${encoded('[1,"a"]')}=`]) {
      const page = store.range('p', 'tasks', { index: ['due'], equals: [], direction: 'ascending', limit: 1, cursor });
      await assert.rejects(page, InvalidCursorError, `cursor ${cursor} was taken`);
    }
  }),
  clause('counts what an equal range would give', async ({ store, live }) => {
    await put(live, 0n, 1n, task('a', 'ann', 1), task('b', 'ann', 1), task('c', 'ann', null), task('d', 'bob', 1));
    assert.equal(await store.count('p', 'tasks', { index: ['owner', 'due'], equals: ['ann'] }), 3);
    assert.equal(await store.count('p', 'tasks', { index: ['owner', 'due'], equals: ['ann', 1] }), 2);
    assert.equal(await store.count('p', 'tasks', { index: ['due'], equals: [1] }), 3);
    assert.equal(await store.count('p', 'tasks', { index: [], equals: [] }), 4);
  }),
];

async function pages(store: ReadModelStore, query: Partial<RangeQuery>): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let cursor: string | undefined, page = 0; page < 100; page += 1) {
    const given = await store.range('p', 'tasks', {
      index: [],
      equals: [],
      direction: 'ascending',
      limit: 1,
      ...query,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...given.items.map(({ id }) => id));
    cursor = given.next;
    if (cursor === undefined) return found;
  }
  throw new Error('the pages never end');
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url');
}
