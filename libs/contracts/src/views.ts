/** What the HTTP interface shows. Instants are RFC 3339 UTC with milliseconds. */
export type Instant = string;

export type Source = 'plan' | 'trial' | 'purchase' | 'goodwill';
export type AccountStatus = 'active' | 'past-due' | 'renewal-pending' | 'paused' | 'trial' | 'ended' | 'none';

export interface PlanView {
  readonly id: string;
  readonly name: string;
  readonly creditsPerCycle: number;
}

export interface AllotmentView {
  readonly id: string;
  readonly source: Source;
  readonly quantity: number;
  readonly remaining: number;
  readonly validFrom: Instant;
  readonly expiresAt: Instant | null;
}

/** The `credits` object: what an account has, at one instant. */
export interface CreditsView {
  readonly accountId: string;
  readonly plan: PlanView | null;
  readonly status: AccountStatus;
  readonly available: number;
  readonly upcoming: number;
  /** Videos queued or rendering; null for a past instant. */
  readonly inProgress: number | null;
  readonly usedThisCycle: number;
  readonly cycle: { readonly start: Instant; readonly end: Instant } | null;
  readonly nextRenewalAt: Instant | null;
  readonly nextPlan: PlanView | null;
  readonly endsAt: Instant | null;
  readonly allotments: readonly AllotmentView[];
  readonly position: string;
}

/** One account in support's list. Without sets and cycle: those are in its `credits`. */
export interface AccountSummary {
  readonly accountId: string;
  readonly status: AccountStatus;
  readonly plan: PlanView | null;
  readonly available: number;
  readonly inProgress: number;
  readonly nextRenewalAt: Instant | null;
  readonly endsAt: Instant | null;
  /** Videos that failed for good in the last 30 days, 100 at most. */
  readonly failedRenders: number;
  readonly lastActivityAt: Instant;
}

/** A command that was refused to an account. Nothing of its body is kept. */
export interface RefusalView {
  readonly at: Instant;
  /** `CreateVideo`, `CancelVideo`, `GrantCredits`, `RevokeCredits` or `UploadArtwork`. */
  readonly command: string;
  /** A problem's code, its title and what it said besides. */
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  /** Name of the key, or whatever names who asked. */
  readonly actor: string | null;
}

/** The newest refusals that one process knows of, newest first, and from when it has known them. */
export interface RefusalList {
  readonly items: readonly RefusalView[];
  readonly since: Instant;
}

export interface LedgerLine {
  readonly id: string;
  readonly at: Instant;
  readonly recordedAt: Instant;
  /** The published fact's type, `credits.allotted` and so on. */
  readonly type: string;
  /** Signed change of `balanceAfter`. */
  readonly credits: number;
  readonly balanceAfter: number;
  readonly allotmentId: string | null;
  readonly videoId: string | null;
  readonly source: Source | null;
  readonly reason: string | null;
  readonly actor: string | null;
  readonly cause: string;
  /** The line in words. */
  readonly text: string;
}

export type VideoStatus = 'queued' | 'rendering' | 'ready' | 'failed' | 'cancelled';

export interface VideoView {
  readonly videoId: string;
  readonly accountId: string;
  readonly roomId: string;
  readonly artworkId: string;
  readonly title: string | null;
  readonly status: VideoStatus;
  /** Percent, 0–100, while rendering; 100 when ready. */
  readonly progress: number | null;
  readonly attempt: number;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
  readonly failure: string | null;
  readonly allotmentId: string;
  readonly downloadUrl: string | null;
  readonly posterUrl: string | null;
}

export interface RoomView {
  readonly roomId: string;
  readonly name: string;
  readonly previewUrl: string;
}

/** A 3×3 matrix by rows: takes (x, y, 1) to (u·w, v·w, w). */
export type Homography = readonly [number, number, number, number, number, number, number, number, number];

/** A soft shadow as CSS has it, in centimetres. */
export interface MockupShadow {
  readonly right: number;
  readonly down: number;
  readonly blur: number;
  readonly colour: string;
}

/** How an artwork is drawn into the picture of an empty room. Lengths in centimetres; the schema `RoomMockup` says the rule. */
export interface RoomMockup {
  readonly roomId: string;
  readonly pictureUrl: string;
  readonly width: number;
  readonly height: number;
  readonly wall: Homography;
  readonly front: Homography;
  readonly hanging: {
    readonly x: number;
    readonly y: number;
    readonly area: number;
    readonly maxWidth: number;
    readonly maxHeight: number;
  };
  readonly frame: {
    readonly width: number;
    readonly mat: number;
    readonly matColour: string;
    readonly sideColour: string;
    readonly colours: { readonly top: string; readonly right: string; readonly bottom: string; readonly left: string };
  };
  readonly shadows: readonly MockupShadow[];
  readonly light: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly columns: number;
    readonly rows: number;
    readonly colours: readonly string[];
  };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Who is signed in, as the pages need to know. */
export interface SessionView {
  /** Staff (and machines) reach every account; a customer their own alone. */
  readonly kind: 'staff' | 'customer';
  readonly name: string;
  readonly accountId: string | null;
  readonly scopes: readonly string[];
  /** Null for a key in a header, which does not end by itself. */
  readonly expiresAt: string | null;
  readonly sandbox: boolean;
  readonly supportContact: string | null;
}
