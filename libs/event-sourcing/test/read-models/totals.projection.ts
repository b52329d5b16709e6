import type { Projection, ProjectedTable } from '../../src/projection.js';
import type { RecordedEvent } from '../../src/event.js';

interface Total {
  readonly [column: string]: unknown;
  readonly account: string;
  readonly total: number;
  readonly history: readonly string[];
}

interface Kind {
  readonly [column: string]: unknown;
  readonly kind: string;
  readonly times: number;
  readonly last: string;
}

const totals: ProjectedTable<Total> = {
  schema: {
    name: 'totals',
    key: 'account',
    columns: { account: 'text', total: 'integer', history: 'json' },
    indexes: [['total']],
  },
  keysOf: ({ stream }) => [stream],
  fold: (row, event, account) => {
    if (event.type === 'Closed') return null;
    const history = [...(row?.history ?? []), `${event.type} ${event.version}`].slice(-5);
    return { account, total: (row?.total ?? 0) + amountOf(event), history };
  },
};

const kinds: ProjectedTable<Kind> = {
  schema: { name: 'kinds', key: 'kind', columns: { kind: 'text', times: 'integer', last: 'text' }, indexes: [] },
  keysOf: ({ type }) => (type === 'Ignored' ? [] : [type, 'all']),
  fold: (row, { id }, kind) => ({ kind, times: (row?.times ?? 0) + 1, last: id }),
};

function amountOf({ data }: RecordedEvent): number {
  return typeof data['amount'] === 'number' ? data['amount'] : 0;
}

/** Totals by account and counts by kind of event, over streams `account-…`. */
export function totalsProjection(over: Partial<Projection> = {}): Projection {
  return { name: 'totals', version: '1', prefixes: ['account-'], tables: [totals, kinds], ...over };
}
