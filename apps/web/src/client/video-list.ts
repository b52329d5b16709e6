import type { Page, VideoView } from '#contracts';

/** The creations known so far, newest first, and where the list goes on; `videos` null until the first answer. */
export interface VideoList {
  readonly videos: readonly VideoView[] | null;
  readonly nextCursor: string | null;
}

export const unreadVideos: VideoList = { videos: null, nextCursor: null };

/** A fresh head of the list over what was known: the older part that has been unfolded stays. */
export function withHead({ videos, nextCursor }: VideoList, head: Page<VideoView>): VideoList {
  const last = head.items.at(-1);
  if (videos === null || last === undefined || head.nextCursor === null) return { videos: head.items, nextCursor: head.nextCursor };
  const end = videos.findIndex(({ videoId }) => videoId === last.videoId);
  const older = end < 0 ? [] : videos.slice(end + 1);
  return older.length === 0 ? { videos: head.items, nextCursor: head.nextCursor } : { videos: [...head.items, ...older], nextCursor };
}

/** The next page below what is known. */
export function withMore({ videos }: VideoList, page: Page<VideoView>): VideoList {
  const known = new Set((videos ?? []).map(({ videoId }) => videoId));
  return { videos: [...(videos ?? []), ...page.items.filter(({ videoId }) => !known.has(videoId))], nextCursor: page.nextCursor };
}

/** One video as it is now; a new one comes first. */
export function withVideo({ videos, nextCursor }: VideoList, video: VideoView): VideoList {
  const known = videos ?? [];
  const place = known.findIndex(({ videoId }) => videoId === video.videoId);
  return { videos: place < 0 ? [video, ...known] : known.with(place, video), nextCursor };
}

export const isInProgress = ({ status }: VideoView): boolean => status === 'queued' || status === 'rendering';

/** How many from the top must be read so that everything in progress is among them; `least` at least, 100 at most. */
export function headSize({ videos }: VideoList, least: number): number {
  const mostPerPage = 100;
  const deepest = (videos ?? []).findLastIndex(isInProgress) + 1;
  return Math.min(mostPerPage, Math.max(least, deepest));
}
