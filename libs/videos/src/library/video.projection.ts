import type { VideoStatus } from '#contracts';
import type { Projection, RecordedEvent } from '#event-sourcing';
import { ACCOUNT_PREFIX } from '../account/account.js';
import { isVideoEvent } from '../video/video.events.js';

/** One video as its account's recent creations show it. Instants are RFC 3339 text. */
export type VideoRow = {
  readonly videoId: string;
  readonly accountId: string;
  /** Version of its approval in the account's stream: newest first is by this. */
  readonly place: number;
  readonly status: VideoStatus;
  readonly roomId: string;
  readonly artworkId: string;
  readonly title: string | null;
  readonly attempt: number;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly failure: string | null;
  readonly allotmentId: string;
  /** Key, size and hash of the delivered file. */
  readonly file: string | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
};

/** A render in progress: there is a row for as long as a worker has the attempt. */
export type RenderingRow = {
  readonly videoId: string;
  readonly accountId: string;
  readonly attempt: number;
};

/** The library of videos by account, newest first, and the renders in progress for those who watch over them. */
export const videoProjection: Projection = {
  name: 'videos',
  version: '2',
  prefixes: [ACCOUNT_PREFIX],
  tables: [
    {
      schema: {
        name: 'videos',
        key: 'videoId',
        columns: {
          videoId: 'text',
          accountId: 'text',
          place: 'integer',
          status: 'text',
          roomId: 'text',
          artworkId: 'text',
          title: 'text',
          attempt: 'integer',
          createdAt: 'text',
          endedAt: 'text',
          failure: 'text',
          allotmentId: 'text',
          file: 'text',
          bytes: 'integer',
          sha256: 'text',
        },
        indexes: [['accountId', 'place']],
      },
      keysOf: (event) => (isVideoEvent(event) ? [event.data.videoId] : []),
      fold: (row, event) => foldVideo(row as VideoRow | undefined, event),
    },
    {
      schema: { name: 'rendering', key: 'videoId', columns: { videoId: 'text', accountId: 'text', attempt: 'integer' }, indexes: [] },
      keysOf: (event) => (isVideoEvent(event) && event.type !== 'VideoApproved' ? [event.data.videoId] : []),
      fold: (_row, event, videoId) => foldRendering(event, videoId),
    },
  ],
};

function foldRendering(event: RecordedEvent, videoId: string): RenderingRow | null {
  if (!isVideoEvent(event) || event.type !== 'RenderStarted') return null;
  return { videoId, accountId: event.stream.slice(ACCOUNT_PREFIX.length), attempt: event.data.attempt };
}

/** A video's row after one more of its events. */
export function foldVideo(row: VideoRow | undefined, event: RecordedEvent): VideoRow {
  if (!isVideoEvent(event)) throw new Error(`${event.type} is not about a video`);
  const { type, data } = event;
  if (type === 'VideoApproved') {
    const { videoId, roomId, artworkId, title, allotmentId, at } = data;
    return {
      videoId,
      accountId: event.stream.slice(ACCOUNT_PREFIX.length),
      place: event.version,
      status: 'queued',
      roomId,
      artworkId,
      title,
      attempt: 1,
      createdAt: at,
      endedAt: null,
      failure: null,
      allotmentId,
      file: null,
      bytes: null,
      sha256: null,
    };
  }
  if (!row) throw new Error(`${data.videoId} has no row before ${type}`);
  switch (type) {
    case 'RenderStarted':
      return { ...row, status: 'rendering', attempt: data.attempt };
    case 'RenderLeaseLost':
    case 'RenderAttemptFailed':
      return { ...row, status: 'queued', attempt: data.nextAttempt };
    case 'VideoCompleted': {
      const { file, bytes, sha256, attempt, allotmentId } = data;
      return {
        ...row,
        status: 'ready',
        attempt,
        endedAt: data.at,
        failure: null,
        allotmentId: allotmentId ?? row.allotmentId,
        file,
        bytes,
        sha256,
      };
    }
    case 'VideoFailed':
      return { ...row, status: 'failed', endedAt: data.at, failure: data.reason };
    case 'VideoCancelled':
      return { ...row, status: 'cancelled', endedAt: data.at };
    default:
      return type satisfies never;
  }
}
