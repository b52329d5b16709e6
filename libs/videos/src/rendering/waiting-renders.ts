import type { RecordedEvent } from '#event-sourcing';
import { isVideoEvent } from '../video/video.events.js';

/** The videos that wait for a worker, of the events of a whole log: each by the event that offers its attempt. */
export class WaitingRenders {
  readonly #offers = new Map<string, string>();

  /** To be called with each account's events in their order. */
  add(event: RecordedEvent): void {
    if (!isVideoEvent(event)) return;
    const { type, data } = event;
    switch (type) {
      case 'VideoApproved':
      case 'RenderLeaseLost':
      case 'RenderAttemptFailed':
        this.#offers.set(data.videoId, event.id);
        return;
      // Begun or ended: the lease looks after what was begun, and offers it again where its worker is gone.
      case 'RenderStarted':
      case 'VideoCompleted':
      case 'VideoFailed':
      case 'VideoCancelled':
        this.#offers.delete(data.videoId);
        return;
      default:
        return type satisfies never;
    }
  }

  /** Ids of the events whose jobs a worker must be offered. */
  offers(): ReadonlySet<string> {
    return new Set(this.#offers.values());
  }
}
