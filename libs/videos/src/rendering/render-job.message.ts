import { type PublishedFact, type RenderJob, renderOutput } from '#contracts';
import { FACT_SOURCE } from '#credits';
import type { RecordedEvent } from '#event-sourcing';
import { ACCOUNT_PREFIX } from '../account/account.js';
import { isVideoEvent } from '../video/video.events.js';

/** The addresses that a job carries, good for a day from when they are made. */
export interface JobAddresses {
  artworkFile(artworkId: string): string;
  upload(videoId: string, attempt: number): string;
}

/** The publisher's name, under which the queue keeps its checkpoint. */
export const RENDER_PUBLISHER = 'render-jobs';

/** What a worker is told of a video: that an attempt is on offer, or that it is no longer wanted. */
export type RenderJobFact =
  | (PublishedFact<RenderJob> & { readonly type: 'videos.render.approved' })
  | (PublishedFact<{ readonly videoId: string; readonly accountId: string }> & { readonly type: 'videos.render.cancelled' });

/** The fact on `videos.render-jobs` that a stored event makes, if any; its id is the event's. */
export function renderJobFact(event: RecordedEvent, addresses: JobAddresses, leaseMs: number): RenderJobFact | undefined {
  if (!isVideoEvent(event)) return undefined;
  const accountId = event.stream.slice(ACCOUNT_PREFIX.length);
  const { type, data } = event;
  const about = { specversion: '1.0', id: event.id, source: FACT_SOURCE, subject: accountId, time: data.at } as const;
  switch (type) {
    case 'VideoApproved':
      return approved(1, data);
    case 'RenderLeaseLost':
    case 'RenderAttemptFailed':
      return approved(data.nextAttempt, data);
    case 'VideoCancelled':
      return { ...about, type: 'videos.render.cancelled', data: { videoId: data.videoId, accountId } };
    default:
      return undefined;
  }

  function approved(
    attempt: number,
    { videoId, roomId, artworkId }: { videoId: string; roomId: string; artworkId: string },
  ): RenderJobFact {
    const artworkUrl = addresses.artworkFile(artworkId);
    const uploadUrl = addresses.upload(videoId, attempt);
    const job = { videoId, accountId, attempt, roomId, artworkId, artworkUrl, uploadUrl, output: renderOutput, leaseMs };
    return { ...about, type: 'videos.render.approved', data: job };
  }
}
