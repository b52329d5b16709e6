import { Backlog } from '../src/delivery/backlog.js';

const places = (...keys: readonly string[]) => keys.map((key, i) => ({ seq: i + 1, key }));
const begun = (backlog: Backlog): readonly number[] => {
  const all: number[] = [];
  for (let entry = backlog.begin(); entry; entry = backlog.begin()) all.push(entry.seq);
  return all;
};

describe('what a group holds, when some of it is given to another process', () => {
  it('forgets what is not begun; what is begun goes on and holds its key', () => {
    const backlog = new Backlog(1, []);
    backlog.setOrder('key');
    backlog.offer(places('a', 'a', 'b', 'a', 'c'));
    const first = backlog.begin();
    expect(first?.seq).toBe(1);
    expect([...backlog.forget((seq) => seq === 2 || seq === 3 || seq === 1)].sort()).toEqual([2, 3]);
    expect(begun(backlog)).toEqual([5]);
    if (first) backlog.finish(first);
    expect(begun(backlog)).toEqual([4]);
  });

  it('lets what waited behind a forgotten message of its key begin', () => {
    const backlog = new Backlog(1, []);
    backlog.setOrder('key');
    backlog.offer(places('a', 'a'));
    const first = backlog.begin();
    expect(begun(backlog)).toEqual([]);
    if (first) backlog.giveBack(first);
    expect(backlog.forget((seq) => seq === 1)).toEqual([1]);
    expect(begun(backlog)).toEqual([2]);
  });
});
