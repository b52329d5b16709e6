import type { RecordedEvent } from '#event-sourcing';
import type { VideoEvent } from '../video/video.events.js';
import { foldVideo, videoProjection, type VideoRow } from './video.projection.js';

const videoId = 'v-1';
const offered = { videoId, roomId: 'loft', artworkId: 'artwork-1' };
const at = (second: number): string => `2027-01-01T00:00:0${second}.000Z`;
const approved: VideoEvent = { type: 'VideoApproved', data: { ...offered, title: 'Sea', allotmentId: 'set-1', at: at(0) } };
const started = (attempt: number): VideoEvent => ({ type: 'RenderStarted', data: { videoId, attempt, workerId: 'w', at: at(1) } });
const lost: VideoEvent = { type: 'RenderLeaseLost', data: { ...offered, attempt: 1, nextAttempt: 2, at: at(2) } };
const again: VideoEvent = { type: 'RenderAttemptFailed', data: { ...offered, attempt: 1, nextAttempt: 2, reason: 'x', at: at(2) } };
const failed: VideoEvent = { type: 'VideoFailed', data: { videoId, attempt: 1, reason: 'broken picture', at: at(3) } };
const cancelled: VideoEvent = { type: 'VideoCancelled', data: { videoId, at: at(3) } };
const completed = (allotmentId: string | null): VideoEvent => ({
  type: 'VideoCompleted',
  data: { videoId, attempt: 1, file: 'videos/x.mp4', bytes: 9, sha256: '00', allotmentId, at: at(4) },
});

const recorded = ({ type, data }: VideoEvent, version: number): RecordedEvent => ({
  stream: 'account-a-1',
  version,
  position: BigInt(version + 1),
  id: `event-${version}`,
  type,
  data,
  metadata: { cause: 'c', correlation: 'c', recordedAt: at(0), chain: '' },
});

/** The video's row, and its row among the renders in progress, after these events. */
function after(...events: readonly VideoEvent[]): { video: VideoRow | undefined; rendering: unknown } {
  const rendering = videoProjection.tables[1];
  let video: VideoRow | undefined;
  let row: unknown = null;
  for (const [n, event] of events.entries()) {
    const stored = recorded(event, n + 7);
    video = foldVideo(video, stored);
    if (rendering?.keysOf(stored).includes(videoId)) row = rendering.fold(row as never, stored, videoId);
  }
  return { video, rendering: row };
}

describe('the library of videos', () => {
  it('begins queued, with what was ordered, placed by its approval', () => {
    expect(after(approved)).toEqual({
      video: {
        ...offered,
        accountId: 'a-1',
        place: 7,
        status: 'queued',
        title: 'Sea',
        attempt: 1,
        createdAt: at(0),
        endedAt: null,
        failure: null,
        allotmentId: 'set-1',
        file: null,
        bytes: null,
        sha256: null,
      },
      rendering: null,
    });
  });

  it.each<[string, readonly VideoEvent[], Partial<VideoRow>, unknown]>([
    ['a worker began', [started(1)], { status: 'rendering', attempt: 1 }, { videoId, accountId: 'a-1', attempt: 1 }],
    ['its worker fell silent', [started(1), lost], { status: 'queued', attempt: 2, endedAt: null }, null],
    ['its attempt failed', [started(1), again], { status: 'queued', attempt: 2, failure: null }, null],
    ['the next began', [started(1), lost, started(2)], { status: 'rendering', attempt: 2 }, { videoId, accountId: 'a-1', attempt: 2 }],
    ['it was taken back', [cancelled], { status: 'cancelled', endedAt: at(3) }, null],
    ['it failed', [started(1), failed], { status: 'failed', failure: 'broken picture', endedAt: at(3) }, null],
    ['it is here', [started(1), completed('set-1')], { status: 'ready', file: 'videos/x.mp4', bytes: 9, endedAt: at(4) }, null],
    [
      'it came after all, for a credit of another set',
      [failed, completed('set-2')],
      { status: 'ready', failure: null, allotmentId: 'set-2' },
      null,
    ],
    ['it came after all, borne by the house', [failed, completed(null)], { status: 'ready', failure: null, allotmentId: 'set-1' }, null],
  ])('rule 28: shows that %s', (_what, events, shown, rendering) => {
    expect(after(approved, ...events)).toMatchObject({ video: { place: 7, createdAt: at(0), ...shown }, rendering });
  });

  it('takes an event without an approval before it for a broken log', () => {
    expect(() => foldVideo(undefined, recorded(started(1), 0))).toThrow('has no row before RenderStarted');
    expect(() => foldVideo(undefined, { ...recorded(approved, 0), type: 'CreditConsumed' })).toThrow('not about a video');
  });
});
