import type { AccountEvent } from '../account/account.js';
import { isVideoEvent, type VideoEvent } from '../video/video.events.js';
import type { Videos } from '../video/videos.state.js';

/**
 * Holds the uses and the videos of one append against each other (I6): every used credit belongs to one video that was approved or
 * delivered with it, and a video that ends undelivered gives back the very credit it had.
 */
export class UsesCheck {
  readonly #consumed = new Map<string, string>();
  readonly #returned = new Map<string, string>();
  readonly #videos: VideoEvent[] = [];
  readonly #breaches: string[] = [];

  take(event: AccountEvent): void {
    if (isVideoEvent(event)) this.#videos.push(event);
    else if (event.type === 'CreditConsumed') this.#note(this.#consumed, event.data, 'used');
    else if (event.type === 'CreditReturned') this.#note(this.#returned, event.data, 'returned');
  }

  /** The append is whole; `before` are the unfinished videos before it. Tells what is wrong, in words. */
  close(before: Videos): readonly string[] {
    for (const event of this.#videos) this.#match(event, before);
    for (const videoId of this.#consumed.keys())
      this.#breaches.push(`a credit is used for ${videoId}, which was not ordered or delivered with it`);
    for (const videoId of this.#returned.keys())
      this.#breaches.push(`a credit is returned for ${videoId}, which did not end undelivered with it`);
    return this.#breaches;
  }

  #note(
    moved: Map<string, string>,
    { videoId, allotmentId, credits }: { videoId: string; allotmentId: string; credits: number },
    how: string,
  ): void {
    if (moved.has(videoId)) this.#breaches.push(`two credits are ${how} for ${videoId}`);
    if (credits !== 1) this.#breaches.push(`${credits} credits are ${how} for ${videoId}`);
    moved.set(videoId, allotmentId);
  }

  #match({ type, data }: VideoEvent, before: Videos): void {
    const { videoId } = data;
    const unfinished = before.get(videoId);
    switch (type) {
      case 'VideoApproved':
        if (unfinished) this.#breaches.push(`${videoId} is ordered a second time`);
        this.#take(this.#consumed, videoId, data.allotmentId, 'is ordered without using the credit it names');
        break;
      case 'VideoCompleted':
        if (!unfinished) {
          if (data.allotmentId !== null)
            this.#take(this.#consumed, videoId, data.allotmentId, 'is delivered without using the credit it names');
        } else if (unfinished.allotmentId !== data.allotmentId) {
          this.#breaches.push(`${videoId} is delivered for another credit than it was ordered with`);
        }
        break;
      case 'VideoFailed':
      case 'VideoCancelled':
        if (unfinished)
          this.#take(this.#returned, videoId, unfinished.allotmentId, 'ends undelivered and does not give back the credit it had');
        else this.#breaches.push(`${videoId} ends undelivered, but was not in progress`);
        break;
      case 'RenderStarted':
      case 'RenderLeaseLost':
      case 'RenderAttemptFailed':
        if (!unfinished) this.#breaches.push(`${videoId} is rendered, but was not in progress`);
    }
  }

  #take(moved: Map<string, string>, videoId: string, allotmentId: string, otherwise: string): void {
    if (moved.get(videoId) !== allotmentId) this.#breaches.push(`${videoId} ${otherwise}`);
    moved.delete(videoId);
  }
}
