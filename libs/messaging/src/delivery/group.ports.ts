import type { Consumer, Delivery } from '../queue.port.js';
import type { Backlog, Entry, Place } from './backlog.js';
import type { QueueClock, Report } from './surroundings.js';

/** What a group needs of the adapter that keeps its topic. */
export interface GroupStore {
  /** The last place of the topic, 0 where there is none. */
  head(): number;
  /** Places after `after`, ascending, at most `limit`. */
  places(after: number, limit: number): readonly Place[];
  /** The message with its offset as the port shows it. */
  load(seq: number): Omit<Delivery, 'topic'>;
  /** The entry is finished; to be made durable soon. */
  advanced(entry: Entry): void;
  /** The entry is no longer being handled and not finished. False where it is no longer this process's to offer: it is forgotten. */
  returned(entry: Entry): boolean;
  /** Resolves when all that was finished up to now is durable. */
  durable(): Promise<void>;
  /** Stores the message as parked and, with `entry.leaving` set, the group's progress: in one step. */
  park(delivery: Delivery, reason: string, entry: Entry): Promise<void>;
}

export interface GroupOptions {
  readonly topic: string;
  readonly name: string;
  readonly store: GroupStore;
  readonly backlog: Backlog;
  readonly clock: QueueClock;
  readonly report: Report;
}

/** The callers of `take` of one queue object: what they wait for and what they hold. */
export class Hand {
  readonly entries = new Set<Entry>();
  readonly waiting = new Set<() => void>();
}

/** A consumer, and the way to let it die without a word, as its process would. */
export interface Membership extends Consumer {
  vanish(): void;
}

/** Waits between attempts: 0.2 s, 0.8 s, 3.2 s, 12.8 s, then 30 s. */
export function backOffMs(failures: number): number {
  return Math.min(200 * 4 ** (failures - 1), 30_000);
}
