import type { VideoOutcome } from './steps.js';

/** How often a render is tried at most (rule 28, `RENDER_ATTEMPTS`). */
const renderAttempts = 3;

/** A video's life as rules 27–30 tell it; `credit` is the allotment that paid, null where the house did. */
export interface Video {
  readonly key: string;
  outcome: VideoOutcome;
  attempt: number;
  /** A worker has ever begun: from then on the customer cannot cancel. */
  everStarted: boolean;
  /** The running attempt is with a worker, so its lease can be lost. */
  taken: boolean;
  credit: number | null;
}

export type RenderReport =
  | { readonly kind: 'renderStarted' | 'renderCompleted' | 'leaseLost'; readonly attempt: number }
  | { readonly kind: 'renderFailed'; readonly attempt: number; readonly retryable: boolean };

/** What a report does to a video: it may become ready or fail; most reports change little. */
export function report(video: Video, said: RenderReport): 'nothing' | 'ready' | 'ready-after-failure' | 'failed' {
  if (video.outcome === 'ready' || video.outcome === 'cancelled') return 'nothing';
  if (said.kind === 'renderCompleted') {
    const late = video.outcome === 'failed';
    video.outcome = 'ready';
    return late ? 'ready-after-failure' : 'ready';
  }
  if (video.outcome === 'failed' || said.attempt !== video.attempt) return 'nothing';
  switch (said.kind) {
    case 'renderStarted':
      video.everStarted = true;
      video.taken = true;
      return 'nothing';
    case 'leaseLost':
      return video.taken ? fall(video, true) : 'nothing';
    case 'renderFailed':
      video.everStarted = true;
      return fall(video, said.retryable);
  }
}

function fall(video: Video, again: boolean): 'nothing' | 'failed' {
  video.taken = false;
  if (again && video.attempt < renderAttempts) {
    video.attempt += 1;
    return 'nothing';
  }
  video.outcome = 'failed';
  return 'failed';
}
