import { instant, type Refusal } from '#contracts';
import { type CreditEvent, returnCredit, useCredit } from '#credits';
import { accepted, type Decided, type Decision, rejected } from '#event-sourcing';
import type { Account, AccountEvent } from '../account/account.js';
import { type VideoEvent, videoCauses } from './video.events.js';

type Decide<R> = Decision<Account, AccountEvent, R>;

/** Uses one credit and approves one video, in one append (rules 3, 5, 7). */
export function createVideo(command: {
  readonly videoId: string;
  readonly roomId: string;
  readonly artworkId: string;
  readonly title: string | null;
  readonly lowCredits: number;
  readonly now: number;
}): Decide<Refusal> {
  const { videoId, roomId, artworkId, title, now, lowCredits } = command;
  return ({ credits }) => {
    const used = useCredit(credits, { useId: videoId, now, lowCredits });
    if ('code' in used) return rejected<Refusal>({ ...used });
    const approved: VideoEvent = {
      type: 'VideoApproved',
      data: { videoId, roomId, artworkId, title, allotmentId: used.allotmentId, at: instant(now) },
    };
    return accepted<AccountEvent>(approved, ...used.events);
  };
}

/** Takes back a video that no worker has begun (rule 30). */
export function cancelVideo(command: { readonly videoId: string; readonly accountId: string; readonly now: number }): Decide<Refusal> {
  const { videoId, now } = command;
  return ({ credits, videos }, past) => {
    const video = videos.get(videoId);
    if (!video) return rejected<Refusal>({ code: wasEver(videoId, past) ? 'already-started' : 'unknown-video' });
    if (video.everStarted) return rejected<Refusal>({ code: 'already-started' });
    const cancelled: VideoEvent = { type: 'VideoCancelled', cause: videoCauses.cancelled(videoId), data: { videoId, at: instant(now) } };
    return accepted<AccountEvent>(
      cancelled,
      ...returnCredit(credits, { useId: videoId, ...video }, { now, accountId: command.accountId, goodwill: false }),
    );
  };
}

/** What a render report can be refused for: it is parked, or passed over. */
export type NotTaken = { readonly code: 'unknown-video' } | { readonly code: 'over' };

type Attempt = { readonly videoId: string; readonly attempt: number; readonly now: number };

/** A worker begins an attempt (rule 27). `over`: the video has ended, or the attempt is not the one on offer. */
export function startRender(command: Attempt & { readonly workerId: string | null; readonly exclusive: boolean }): Decide<NotTaken> {
  const { videoId, attempt, now } = command;
  return ({ videos }, past) => {
    const video = videos.get(videoId);
    if (!video) return rejected<NotTaken>({ code: wasEver(videoId, past) ? 'over' : 'unknown-video' });
    if (attempt > video.attempt) return rejected<NotTaken>({ code: 'unknown-video' });
    if (attempt < video.attempt || (video.started && command.exclusive)) return rejected<NotTaken>({ code: 'over' });
    if (video.started) return accepted();
    return accepted({
      type: 'RenderStarted',
      cause: videoCauses.started(videoId, attempt),
      data: { videoId, attempt, workerId: command.workerId, at: instant(now) },
    });
  };
}

export interface Retries {
  readonly accountId: string;
  /** RENDER_ATTEMPTS */
  readonly attempts: number;
  /** GOODWILL_FOR_FAILED_RENDER */
  readonly goodwill: boolean;
}

/** The worker of an attempt fell silent: the next attempt, or the end (rule 28). */
export function loseLease(command: Attempt & Retries): Decide<NotTaken> {
  const { videoId, attempt, now } = command;
  return (account, past) => {
    const video = account.videos.get(videoId);
    if (!video) return rejected<NotTaken>({ code: wasEver(videoId, past) ? 'over' : 'unknown-video' });
    if (attempt !== video.attempt || !video.started) return accepted();
    if (attempt >= command.attempts) return fail(account, command, 'the render worker fell silent');
    return accepted({
      type: 'RenderLeaseLost',
      cause: videoCauses.leaseLost(videoId, attempt),
      data: { videoId, attempt, nextAttempt: attempt + 1, roomId: video.roomId, artworkId: video.artworkId, at: instant(now) },
    });
  };
}

/** An attempt failed: the next one, or the end; an older attempt's failure says nothing (rule 28). */
export function failRender(command: Attempt & Retries & { readonly reason: string; readonly retryable: boolean }): Decide<NotTaken> {
  const { videoId, attempt, now, reason } = command;
  return (account, past) => {
    const video = account.videos.get(videoId);
    if (!video) return rejected<NotTaken>({ code: wasEver(videoId, past) ? 'over' : 'unknown-video' });
    if (attempt > video.attempt) return rejected<NotTaken>({ code: 'unknown-video' });
    if (attempt < video.attempt) return accepted();
    if (!command.retryable || attempt >= command.attempts) return fail(account, command, reason);
    return accepted({
      type: 'RenderAttemptFailed',
      cause: videoCauses.attemptFailed(videoId, attempt),
      data: { videoId, attempt, nextAttempt: attempt + 1, reason, roomId: video.roomId, artworkId: video.artworkId, at: instant(now) },
    });
  };
}

/**
 * The video was delivered, by whichever attempt, unless it is ready or cancelled. From `failed` it uses one credit again
 * if there is one, else the house bears it (rule 28).
 */
export function completeRender(
  command: Attempt & { readonly file: string; readonly bytes: number; readonly sha256: string; readonly lowCredits: number },
): Decide<NotTaken> {
  const { videoId, attempt, now, file, bytes, sha256, lowCredits } = command;
  return ({ credits, videos }, past): Decided<AccountEvent, NotTaken> => {
    const cause = videoCauses.completed(videoId);
    const completed = (allotmentId: string | null): VideoEvent => ({
      type: 'VideoCompleted',
      cause,
      data: { videoId, attempt, file, bytes, sha256, allotmentId, at: instant(now) },
    });
    const video = videos.get(videoId);
    if (video) return accepted(completed(video.allotmentId));
    if (past.has(cause) || past.has(videoCauses.cancelled(videoId))) return rejected<NotTaken>({ code: 'over' });
    if (!past.has(videoCauses.failed(videoId))) return rejected<NotTaken>({ code: 'unknown-video' });
    const used = useCredit(credits, { useId: videoId, now, lowCredits });
    if ('code' in used) return accepted(completed(null));
    const events = used.events.map((event): CreditEvent => ({ ...event, cause }));
    return accepted<AccountEvent>(...events, completed(used.allotmentId));
  };
}

/** The end without delivery: the credit goes back (rule 29). */
function fail(account: Account, command: Attempt & Retries, reason: string): Decided<AccountEvent, never> {
  const { videoId, attempt, now, accountId, goodwill } = command;
  const video = account.videos.get(videoId);
  if (!video) throw new Error(`${videoId} has ended`);
  const failed: VideoEvent = {
    type: 'VideoFailed',
    cause: videoCauses.failed(videoId),
    data: { videoId, attempt, reason, at: instant(now) },
  };
  return accepted<AccountEvent>(failed, ...returnCredit(account.credits, { useId: videoId, ...video }, { now, accountId, goodwill }));
}

function wasEver(videoId: string, past: { has(cause: string): boolean }): boolean {
  const { completed, failed, cancelled } = videoCauses;
  return [completed, failed, cancelled].some((cause) => past.has(cause(videoId)));
}
