import { type Credits, nextDueAt, noCredits } from '#credits';
import type { Projection, RecordedEvent } from '#event-sourcing';
import { ACCOUNT_PREFIX, type AccountEvent, evolveAccount } from './account.js';
import { noVideos } from '../video/videos.state.js';

/** An account's row: its credits as folded, and when time next brings something to it. */
export type AccountRow = {
  readonly accountId: string;
  /** Version of the last event in it. */
  readonly version: number;
  /** Of the account's last event, as text. */
  readonly position: string;
  /** ms; null where nothing is due. */
  readonly dueAt: number | null;
  readonly credits: Credits;
};

/** Balances, and the clock's due work, in one row per account: both follow from the same fold. */
export const accountProjection: Projection = {
  name: 'accounts',
  version: '2',
  prefixes: [ACCOUNT_PREFIX],
  tables: [
    {
      schema: {
        name: 'accounts',
        key: 'accountId',
        columns: { accountId: 'text', version: 'integer', position: 'text', dueAt: 'integer', credits: 'json' },
        indexes: [['dueAt']],
      },
      keysOf: (event) => [event.stream.slice(ACCOUNT_PREFIX.length)],
      fold: (row, event, accountId) => foldAccount(row as AccountRow | undefined, event, accountId),
    },
  ],
};

function foldAccount(row: AccountRow | undefined, event: RecordedEvent, accountId: string): AccountRow {
  const recordedAt = Date.parse(event.metadata.recordedAt);
  const before = { credits: row?.credits ?? noCredits, videos: noVideos };
  const { credits } = evolveAccount(before, event as RecordedEvent & AccountEvent, recordedAt);
  return { accountId, version: event.version, position: String(event.position), dueAt: nextDueAt(credits), credits };
}
