import type { VideoEvent } from './video.events.js';

/** A video that has not ended. Instants in ms. */
export interface UnfinishedVideo {
  readonly allotmentId: string;
  readonly usedAt: number;
  readonly roomId: string;
  readonly artworkId: string;
  /** The attempt on offer, from 1. */
  readonly attempt: number;
  /** Whether a worker has begun this attempt, and whether any attempt was ever begun: who reports a failure has. */
  readonly started: boolean;
  readonly everStarted: boolean;
}

/** An account's unfinished videos by id; ended ones are found through their causes. */
export type Videos = ReadonlyMap<string, UnfinishedVideo>;

export const noVideos: Videos = new Map();

/** The fold. */
export function evolveVideos(videos: Videos, event: VideoEvent): Videos {
  const { type, data } = event;
  switch (type) {
    case 'VideoApproved': {
      const { allotmentId, roomId, artworkId } = data;
      const video = { allotmentId, roomId, artworkId, usedAt: Date.parse(data.at), attempt: 1, started: false, everStarted: false };
      return new Map(videos).set(data.videoId, video);
    }
    case 'RenderStarted':
      return change(videos, data.videoId, (video) => ({ ...video, attempt: data.attempt, started: true, everStarted: true }));
    case 'RenderLeaseLost':
    case 'RenderAttemptFailed':
      return change(videos, data.videoId, (video) => ({ ...video, attempt: data.nextAttempt, started: false, everStarted: true }));
    case 'VideoCompleted':
    case 'VideoFailed':
    case 'VideoCancelled': {
      if (!videos.has(data.videoId)) return videos;
      const rest = new Map(videos);
      rest.delete(data.videoId);
      return rest;
    }
    default:
      return type satisfies never;
  }
}

function change(videos: Videos, videoId: string, make: (video: UnfinishedVideo) => UnfinishedVideo): Videos {
  const video = videos.get(videoId);
  return video ? new Map(videos).set(videoId, make(video)) : videos;
}
