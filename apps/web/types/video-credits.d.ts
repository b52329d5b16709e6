/** The four elements of `/elements/video-credits.js`, for pages that are written in TypeScript. */

/** What every element understands. Attributes: `account`, `token`, `base-url`, `lang`, `theme`. */
declare abstract class AccountElement extends HTMLElement {
  /** The account shown; nothing is asked before it is set. */
  account: string | null;
  /** A customer token for that account. May be replaced at any time; what is shown stays. Without one the page's own cookie speaks. */
  token: string | null;
  /** Origin of the service; where it is not set, that of the module. */
  baseUrl: string | null;
}

export type { AccountElement };

/** `<video-credits-counter>`: how many videos are left, what is running, when new ones come. */
export declare class VideoCreditsCounter extends AccountElement {}

/** `<create-video-button>`: opens the pop-up in which a video is put together, and creates it with one credit. */
export declare class CreateVideoButton extends AccountElement {
  /** Opens the pop-up, as a press on the button does. */
  show(): void;
  /** Closes the pop-up; what was chosen stays for the next time. */
  hide(): void;
}

/** `<recent-creations>`: the account's videos, newest first, with the counter at their head. */
export declare class RecentCreations extends AccountElement {}

/** `<credit-history>`: every credit's story in a sentence, with what was left after it. */
export declare class CreditHistory extends AccountElement {}

/** What the events tell, as far as a page needs it; the service's description at `/docs` has the whole. */
export interface VideoOfEvent {
  readonly videoId: string;
  readonly accountId: string;
  readonly roomId: string;
  readonly artworkId: string;
  readonly title: string | null;
  readonly status: 'queued' | 'rendering' | 'ready' | 'failed' | 'cancelled';
  readonly createdAt: string;
}

export interface CreditsOfEvent {
  readonly accountId: string;
  readonly available: number;
  readonly nextRenewalAt: string | null;
}

/** A video was created with one credit. */
export type VideoCreated = CustomEvent<{ readonly video: VideoOfEvent; readonly credits: CreditsOfEvent }>;
/** The last credit has just gone; fired once a page, however many elements it has. */
export type CreditsExhausted = CustomEvent<{ readonly accountId: string | null; readonly credits: CreditsOfEvent | null }>;
/** The service no longer answers for this token (401) or never will (403, 404). Set a fresh `token` to go on. */
export type SessionEnded = CustomEvent<{ readonly status: number | undefined }>;

declare global {
  interface HTMLElementTagNameMap {
    'video-credits-counter': VideoCreditsCounter;
    'create-video-button': CreateVideoButton;
    'recent-creations': RecentCreations;
    'credit-history': CreditHistory;
  }
  /** They bubble, also out of other shadow trees: listen on an element or on the document. */
  interface GlobalEventHandlersEventMap {
    'video-created': VideoCreated;
    'credits-exhausted': CreditsExhausted;
    'session-ended': SessionEnded;
  }
}
