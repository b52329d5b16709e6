import type { EventStore, MachineClock, Ownership, ReadModelStore } from '#event-sourcing';
import type { Files } from '#files';
import type { MessageQueue } from '#messaging';

/** The engines, whichever column they are of. */
export interface Engines {
  readonly store: EventStore;
  readonly queue: MessageQueue;
  readonly readModels: ReadModelStore;
  readonly files: Files;
  /** Says which process does what only one should do; undefined where there is no other process. */
  readonly ownership: Ownership | undefined;
  /** Engines that do not answer now, by what they are. */
  away(): Promise<readonly EngineName[]>;
  /** Closes everything in order. */
  close(): Promise<void>;
}

/** The log by itself, with the queue that keeps its publishers' checkpoints: what moving a log needs. */
export interface LogEngines extends Pick<Engines, 'store' | 'queue'> {
  close(): Promise<void>;
}

export type EngineName = 'event store' | 'message queue' | 'read models' | 'files';

export interface EngineSurroundings {
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
  /** An engine can no longer be trusted, or has given up for good: the process must end. */
  readonly onFatal: (error: Error) => void;
}

/** A reason not to start, in words for the operator. */
export class StartRefusedError extends Error {
  override readonly name = 'StartRefusedError';
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
