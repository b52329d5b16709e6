import type { RefusalView } from '#contracts';
import { together } from './known-refusals.js';

const refusal = (at: string): RefusalView => ({
  at,
  command: 'CreateVideo',
  code: 'insufficient-credits',
  title: 't',
  detail: null,
  actor: null,
});

describe('refusals that several processes know', () => {
  const first = { items: [refusal('2027-03-02T00:00:00.000Z')], since: '2027-03-01T00:00:00.000Z' };
  const other = { items: [refusal('2027-03-03T00:00:00.000Z')], since: '2027-03-01T12:00:00.000Z' };

  it('are told together, newest first, known since the younger process', () => {
    expect(together(first, other)).toEqual({ items: [...other.items, ...first.items], since: other.since });
    expect(together(together(first, other), first)).toEqual({ items: [...other.items, ...first.items], since: other.since });
  });

  it('stay when a process that knows none is asked, and are told once', () => {
    expect(together(first, { items: [], since: first.since }).items).toEqual(first.items);
    expect(together(first, first)).toEqual(first);
    expect(together(null, first)).toBe(first);
  });
});
