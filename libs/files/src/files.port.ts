import type { Readable } from 'node:stream';

export interface StoredFile {
  readonly key: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The content was longer than the caller allowed; nothing was stored. */
export class FileTooLargeError extends Error {
  override readonly name = 'FileTooLargeError';
  constructor(readonly limitBytes: number) {
    super(`the file is larger than ${limitBytes} bytes`);
  }
}

/** Content that is known before it comes. */
export interface ExpectedContent {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentType: string;
}

/** A PUT that stores one file: nothing but the expected content is taken, and nothing under another key. */
export interface DirectPut {
  readonly url: string;
  /** To be sent exactly so. */
  readonly headers: { readonly [name: string]: string };
  /** Milliseconds since the epoch; later it is refused. */
  readonly expiresAt: number;
}

/** Files by key (`artworks/…`, `videos/…`; segments of `A–Z a–z 0–9 . _ - @ :`, none of them `.` or `..`). */
export interface Files {
  /**
   * Stores the content, durable when it resolves, all or nothing; an existing file under the key is replaced in one step.
   * `keyOf` may name the key from what was received (a content address).
   */
  put(
    key: string | ((received: Omit<StoredFile, 'key'>) => string),
    content: Readable | Uint8Array,
    limitBytes: number,
  ): Promise<StoredFile>;
  /** Size, or undefined where there is no such file. */
  size(key: string): Promise<number | undefined>;
  /** SHA-256 of what is stored (lower-case hex), or undefined. */
  sha256(key: string): Promise<string | undefined>;
  /** Bytes `start`…`end` inclusive (default: all). Rejects where there is no such file. */
  read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  remove(key: string): Promise<void>;
  /** Keys under a prefix, with the time of last change (ms since the epoch), for sweeping what no event names. */
  list(prefix: string): AsyncIterable<{ readonly key: string; readonly changedAt: number }>;
  /** For somebody who may not be let in otherwise, to put this content under this key past us. Only stores that others can reach have it. */
  directPut?(key: string, content: ExpectedContent, lifetimeMs: number): Promise<DirectPut>;
}
