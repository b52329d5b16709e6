import type { CloudEvent, Refusal } from '#contracts';
import type { Gauge } from '#service';
import type { Position } from '#event-sourcing';
import type { ReceivedCloudEvent } from '#messaging';
import type { DrawnMockup, Verification } from '#videos';

/**
 * What the HTTP edge needs of the rest besides commands and queries. Each abstract class is its own injection token; the
 * composition root provides them all, together with `Settings`, `Addresses`, `ROOMS`, `FILES`, `AUTHENTICATORS`, `ApiKeys`,
 * `Sessions`, `SandboxTokens` and `SignedUrls` of `#access`, `WebFiles`, `Artworks` of `#videos`, and `PLANS` and `BUSINESS_CLOCK` of `#credits`.
 */
export const ROOMS = Symbol('rooms');
export const FILES = Symbol('Files');
/** A list of `Authenticator`, asked in order. */
export const AUTHENTICATORS = Symbol('Authenticators');

/** A `SignInLink`, or null where none was printed. */
export const SIGN_IN_LINK = Symbol('SignInLink');

/** A room as the catalogue of rooms has it. */
export interface Room {
  readonly roomId: string;
  readonly name: string;
}

/** The pictures of a room. Undefined where there is none. */
export abstract class RoomPreviews {
  /** With a sample artwork, JPEG. */
  abstract read(roomId: string): Promise<Uint8Array | undefined>;
  /** Empty, WebP, with how artworks hang in it. */
  abstract mockup(roomId: string): Promise<DrawnMockup | undefined>;
}

/** Places in the log as callers hold them: opaque text, bound to this log. */
export abstract class Positions {
  abstract encode(position: Position): string;
  /** Undefined for what this service did not give. */
  abstract decode(token: string): Position | undefined;
}

/** The read models that queries answer from. */
export abstract class ReadModels {
  /** Whether all of them have passed the position, waiting at most `timeoutMs` of real time. */
  abstract waitFor(position: Position, timeoutMs: number): Promise<boolean>;
}

/** Who wants to hear of accounts that change. */
export interface ChangesFollower {
  /** The log has something new on these accounts, up to that place. */
  readonly changed: (accountIds: ReadonlySet<string>, upTo: Position) => void;
  /** Because of a bug nothing more will be heard. */
  readonly stopped: (error: unknown) => void;
}

export interface FollowedChanges {
  /** Up to where the follower has been told. */
  readonly upTo: () => Position;
  readonly stop: () => Promise<void>;
}

/** Which accounts change, as the log tells it. */
export abstract class AccountChanges {
  /** Begins at the end that the log has now, and goes on through absences of the log. Rejects where it is away at the beginning. */
  abstract follow(follower: ChangesFollower): Promise<FollowedChanges>;
}

/** The facts of `credits.events`, in the log's order. */
export abstract class FactStream {
  /** What comes after `after` (0n: from the start); waits up to `waitMs` when there is nothing, less if the signal aborts. `next` is where to go on. */
  abstract read(
    after: Position,
    limit: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly CloudEvent[]; readonly next: Position }>;
}

/** Where a video's files lie. */
export interface DeliveredVideo {
  readonly accountId: string;
  readonly title: string | null;
  /** Undefined until the video is ready. */
  readonly mp4?: { readonly key: string; readonly bytes: number; readonly sha256: string };
}

export abstract class VideoFiles {
  /** Undefined where there is no such video. No credit code runs here (rule 4). */
  abstract find(videoId: string): Promise<DeliveredVideo | undefined>;
  /** Key of a ready video's poster, a JPEG; undefined where none can be made of what was delivered. */
  abstract poster(mp4: NonNullable<DeliveredVideo['mp4']>): Promise<string | undefined>;
}

/** One parked message, as the operator sees it. */
export interface ParkedMessage {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly key: string;
  readonly reason: string;
  readonly parkedAt: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/** What an operator may do while the service runs. */
export abstract class Operations {
  abstract parked(options: { readonly limit: number; readonly after?: string }): Promise<readonly ParkedMessage[]>;
  /** False where there is no such parked message. */
  abstract replay(id: string): Promise<boolean>;
  abstract discard(id: string): Promise<boolean>;
  abstract verify(): Promise<Verification>;
  /** Rebuilds one read model, or all; undefined where there is none of that name. */
  abstract rebuild(name?: string): Promise<{ readonly rebuilt: readonly string[] } | undefined>;
}

/** The sandbox's clock. */
export abstract class TestClock {
  /** Milliseconds since the epoch. */
  abstract now(): number;
  /** Moves to the instant; resolves when everything due up to then is written and shown. False, and unmoved, where that would be back. */
  abstract set(instant: number): Promise<boolean>;
}

export abstract class Readiness {
  /** What keeps this process from its work, in words; empty when it is ready. */
  abstract obstacles(): Promise<readonly string[]>;
  /** Engines that do not answer now, by what they are. Commands may work all the same: that is for `obstacles` to say. */
  abstract away(): Promise<readonly string[]>;
}

/** Gauges of the parts behind the edge, read at each scrape. */
export abstract class Gauges {
  abstract read(): Promise<readonly Gauge[]>;
}

/** Sets an event aside that came by HTTP and cannot be right, as its topic's consumer would have. */
export abstract class Parking {
  abstract park(topic: string, event: ReceivedCloudEvent, refusal: Refusal): Promise<void>;
}
