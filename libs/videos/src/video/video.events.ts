import type { Fact } from '#event-sourcing';

type About = { videoId: string; at: string };
/** What a worker needs to be told: carried by every event that offers an attempt, so that the job follows from it alone. */
type Offered = { roomId: string; artworkId: string };

/** A video was ordered; it *is* the approval of its render, attempt 1. One credit is used with it, in the same append. */
export type VideoApproved = Fact<'VideoApproved', About & Offered & { title: string | null; allotmentId: string }>;
/** A worker has begun an attempt: by claiming it, or by saying so. */
export type RenderStarted = Fact<'RenderStarted', About & { attempt: number; workerId: string | null }>;
/** The worker of an attempt fell silent; the render is offered again as `nextAttempt`. */
export type RenderLeaseLost = Fact<'RenderLeaseLost', About & Offered & { attempt: number; nextAttempt: number }>;
/** An attempt failed and may be retried: the render is offered again as `nextAttempt`. */
export type RenderAttemptFailed = Fact<'RenderAttemptFailed', About & Offered & { attempt: number; nextAttempt: number; reason: string }>;
/** The MP4 is here: `file` is its key in the file store. `allotmentId` is null where the house bears it (rule 28). */
export type VideoCompleted = Fact<
  'VideoCompleted',
  About & { attempt: number; file: string; bytes: number; sha256: string; allotmentId: string | null }
>;
/** No attempt delivered; the credit goes back in the same append. */
export type VideoFailed = Fact<'VideoFailed', About & { attempt: number; reason: string }>;
/** The customer took it back before a worker began; the credit goes back in the same append. */
export type VideoCancelled = Fact<'VideoCancelled', About>;

export type VideoEvent =
  | VideoApproved
  | RenderStarted
  | RenderLeaseLost
  | RenderAttemptFailed
  | VideoCompleted
  | VideoFailed
  | VideoCancelled;

const VIDEO_TYPES: ReadonlySet<string> = new Set<VideoEvent['type']>([
  'VideoApproved',
  'RenderStarted',
  'RenderLeaseLost',
  'RenderAttemptFailed',
  'VideoCompleted',
  'VideoFailed',
  'VideoCancelled',
]);

/** Whether an event of an account's stream is about a video's life (the rest is about credits). */
export function isVideoEvent(event: { readonly type: string; readonly data: object }): event is VideoEvent {
  return VIDEO_TYPES.has(event.type);
}

const part = encodeURIComponent;

/** The causes of a video's life: each ending happens once, and is found through its cause when the video has left the state. */
export const videoCauses = {
  started: (videoId: string, attempt: number): string => `started:${part(videoId)}:${attempt}`,
  leaseLost: (videoId: string, attempt: number): string => `lease-lost:${part(videoId)}:${attempt}`,
  attemptFailed: (videoId: string, attempt: number): string => `attempt-failed:${part(videoId)}:${attempt}`,
  /** Reports of workers repeat freely: the state decides what they add, and this cause is remembered nowhere. */
  reported: (): string => 'render-report:',
  completed: (videoId: string): string => `completed:${part(videoId)}`,
  failed: (videoId: string): string => `failed:${part(videoId)}`,
  cancelled: (videoId: string): string => `cancelled:${part(videoId)}`,
} as const;
