import type { VideoView } from '#contracts';
import type { VideoRow } from './video.projection.js';

/** The addresses of a video's pictures, good for at least an hour from when they are made. */
export interface VideoAddresses {
  download(videoId: string): string;
  poster(videoId: string): string;
}

export const VIDEO_ADDRESSES = Symbol('VideoAddresses');

/** The video object of the HTTP interface. `progress` in percent, while it renders. */
export function videoView(row: VideoRow, progress: number | null, addresses: VideoAddresses): VideoView {
  const ready = row.status === 'ready';
  return {
    videoId: row.videoId,
    accountId: row.accountId,
    roomId: row.roomId,
    artworkId: row.artworkId,
    title: row.title,
    status: row.status,
    progress: ready ? 100 : row.status === 'rendering' ? (progress ?? 0) : null,
    attempt: row.attempt,
    createdAt: row.createdAt,
    endedAt: row.endedAt,
    failure: row.failure,
    allotmentId: row.allotmentId,
    downloadUrl: ready ? addresses.download(row.videoId) : null,
    posterUrl: ready ? addresses.poster(row.videoId) : null,
  };
}
