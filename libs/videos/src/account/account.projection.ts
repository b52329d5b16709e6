import { type Credits, nextDueAt, noCredits, type Trouble, troubleAhead } from '#credits';
import type { Projection, RecordedEvent } from '#event-sourcing';
import { ACCOUNT_PREFIX, type AccountEvent, evolveAccount } from './account.js';
import { isVideoEvent } from '../video/video.events.js';
import { noVideos } from '../video/videos.state.js';

/** A video that has failed for good, and when (ms). */
export type FailedRender = { readonly videoId: string; readonly at: number };

/** How long a failed render counts as trouble, in ms: 30 days. */
export const FAILURE_COUNTS_MS = 30 * 86_400_000;
/** The newest failures of an account that its row remembers: what is counted never says more. */
const MOST_FAILURES = 100;

/** An account's row: its credits as folded, when time next brings something to it, and what support looks for. */
export type AccountRow = {
  readonly accountId: string;
  /** Version of the last event in it. */
  readonly version: number;
  /** Of the account's last event, as text. */
  readonly position: string;
  /** ms; null where nothing is due. */
  readonly dueAt: number | null;
  readonly credits: Credits;
  /** When its last event was recorded, in ms. */
  readonly activityAt: number;
  /** The trouble it is in from `troubleFrom` (ms) on, which may lie ahead; null where none is to come. */
  readonly trouble: Trouble | null;
  readonly troubleFrom: number | null;
  /** When its last failed render failed, in ms. */
  readonly failedAt: number | null;
  /** Newest last, those of 30 days before the account's last failure. */
  readonly failures: readonly FailedRender[];
};

/** Balances, the clock's due work and support's lists in one row per account: all follow from the same fold. */
export const accountProjection: Projection = {
  name: 'accounts',
  version: '3',
  prefixes: [ACCOUNT_PREFIX],
  tables: [
    {
      schema: {
        name: 'accounts',
        key: 'accountId',
        columns: {
          accountId: 'text',
          version: 'integer',
          position: 'text',
          dueAt: 'integer',
          credits: 'json',
          activityAt: 'integer',
          trouble: 'text',
          troubleFrom: 'integer',
          failedAt: 'integer',
          failures: 'json',
        },
        indexes: [['dueAt'], ['activityAt'], ['trouble', 'troubleFrom'], ['failedAt']],
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
  const failures = failuresAfter(row?.failures ?? [], event);
  return {
    accountId,
    version: event.version,
    position: String(event.position),
    dueAt: nextDueAt(credits),
    credits,
    activityAt: recordedAt,
    ...troubleAfter(row, credits, recordedAt),
    failedAt: failures.at(-1)?.at ?? null,
    failures,
  };
}

/** A trouble that the account is in already goes on from when it began, whatever else happens to the account. */
function troubleAfter(row: AccountRow | undefined, credits: Credits, recordedAt: number): Pick<AccountRow, 'trouble' | 'troubleFrom'> {
  const before = { trouble: row?.trouble ?? null, troubleFrom: row?.troubleFrom ?? null };
  if (credits === row?.credits) return before;
  const ahead = troubleAhead(credits, recordedAt);
  if (ahead === null) return { trouble: null, troubleFrom: null };
  const lasts =
    before.trouble === ahead.trouble && before.troubleFrom !== null && before.troubleFrom <= recordedAt && ahead.from <= recordedAt;
  return lasts ? before : { trouble: ahead.trouble, troubleFrom: ahead.from };
}

/** A render that is delivered after all (rule 28) has not failed. */
function failuresAfter(failures: readonly FailedRender[], event: RecordedEvent): readonly FailedRender[] {
  if (!isVideoEvent(event)) return failures;
  const { type, data } = event;
  if (type === 'VideoCompleted' && failures.some(({ videoId }) => videoId === data.videoId))
    return failures.filter(({ videoId }) => videoId !== data.videoId);
  if (type !== 'VideoFailed') return failures;
  const at = Date.parse(data.at);
  const counting = failures.filter((failure) => failure.videoId !== data.videoId && failure.at > at - FAILURE_COUNTS_MS);
  return [...counting, { videoId: data.videoId, at }].slice(-MOST_FAILURES);
}
