import { setMaxListeners } from 'node:events';
import type { Consumer, ConsumerOptions, Delivery, Message, Taken } from '../queue.port.js';
import { Backlog, type Entry, type Order, type Place } from './backlog.js';
import type { QueueClock, Report } from './surroundings.js';

/** What a group needs of the adapter that keeps its topic. */
export interface GroupStore {
  /** The last place of the topic, 0 where there is none. */
  head(): number;
  /** Places after `after`, ascending, at most `limit`. */
  places(after: number, limit: number): readonly Place[];
  load(seq: number): Message;
  /** Something was finished; to be made durable soon. */
  advanced(): void;
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

const readAhead = 512;
/** Handlers begun before the rest of the process gets a turn. */
const begunPerTurn = 512;
const attemptsByDefault = 5;
const storeRetryMs = 1_000;

/** Waits between attempts: 0.2 s, 0.8 s, 3.2 s, 12.8 s, then 30 s. */
export function backOffMs(failures: number): number {
  return Math.min(200 * 4 ** (failures - 1), 30_000);
}

interface Member {
  readonly options: ConsumerOptions;
  readonly order: Order;
  readonly concurrency: number;
  readonly entries: Set<Entry>;
  readonly abort: AbortController;
  /** Handlers running now; an entry that waits for its next attempt, or is being parked, takes no place. */
  running: number;
  rested: (() => void) | undefined;
  stopped: Promise<void> | undefined;
}

interface Taker {
  readonly hand: Hand;
  readonly end: (taken?: Taken) => void;
}

interface Idler {
  readonly upTo: number;
  readonly member: Member;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One group on one topic: hands messages to its members, tries again, parks, and knows what is finished. */
export class Group {
  private readonly members: Member[] = [];
  private readonly takers = new Set<Taker>();
  private idlers: Idler[] = [];
  private turn = 0;
  private begunNow = 0;
  private resting = false;

  constructor(private readonly options: GroupOptions) {}

  /** The order of a group is that of its consumers; callers of `take` follow it, and without consumers it is `offered`. */
  join(options: ConsumerOptions): Membership {
    const order = options.order ?? 'key';
    if (this.members.some((member) => member.order !== order)) throw new Error(`group ${this.options.name} already consumes ${this.options.topic} in another order`);
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const member: Member = { options, order, concurrency: options.concurrency ?? 1, entries: new Set(), abort, running: 0, rested: undefined, stopped: undefined };
    this.members.push(member);
    this.options.backlog.setOrder(order);
    this.pump();
    return { idle: () => this.idle(member), stop: () => this.stop(member), vanish: () => this.vanish(member) };
  }

  take(hand: Hand, waitMs: number, signal?: AbortSignal): Promise<Taken | undefined> {
    if (signal?.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const served = new AbortController();
      const end = (taken?: Taken): void => {
        this.takers.delete(taker);
        hand.waiting.delete(leave);
        signal?.removeEventListener('abort', leave);
        served.abort();
        resolve(taken);
      };
      const leave = (): void => end();
      const taker: Taker = { hand, end };
      this.takers.add(taker);
      this.pump();
      if (!this.takers.has(taker)) return;
      if (waitMs <= 0) {
        leave();
        return;
      }
      hand.waiting.add(leave);
      signal?.addEventListener('abort', leave);
      void this.options.clock.sleep(waitMs, served.signal).then(leave);
    });
  }

  /** Offers again what the callers of one queue object held. */
  abandon(hand: Hand): void {
    for (const leave of [...hand.waiting]) leave();
    for (const entry of hand.entries) this.options.backlog.giveBack(entry);
    hand.entries.clear();
    this.pump();
  }

  lag(): number {
    return this.options.backlog.lag(this.options.store.head());
  }

  /** Begins whatever may begin; to be called when the topic has grown. A store that fails is tried again after a second. */
  pump(): void {
    try {
      while (!this.resting) {
        const [taker] = this.takers.size > 0 ? this.takers : [];
        const member = taker ? undefined : this.freeMember();
        if (!taker && !member) return;
        const entry = this.next();
        if (!entry) return;
        const delivery = this.deliveryOf(entry);
        if (taker) this.give(taker, entry, delivery);
        else if (member) this.begin(member, entry, delivery);
      }
    } catch (error) {
      this.options.report(`${this.label()}: reading the topic failed, it is tried again`, error);
      this.rest(storeRetryMs);
    }
  }

  private next(): Entry | undefined {
    const { backlog, store } = this.options;
    for (;;) {
      const entry = backlog.begin();
      if (entry || !backlog.wantsMore || backlog.readTo >= store.head()) return entry;
      const places = store.places(backlog.readTo, readAhead);
      if (places.length === 0) return undefined;
      backlog.offer(places);
    }
  }

  private deliveryOf(entry: Entry): Delivery {
    try {
      const { key, headers, body } = this.options.store.load(entry.seq);
      return { topic: this.options.topic, offset: String(entry.seq), key, headers, body };
    } catch (error) {
      this.options.backlog.giveBack(entry);
      throw error;
    }
  }

  private freeMember(): Member | undefined {
    for (let i = 0; i < this.members.length; i += 1) {
      const at = (this.turn + i) % this.members.length;
      const member = this.members[at];
      if (!member || member.running >= member.concurrency) continue;
      this.turn = at + 1;
      return member;
    }
    return undefined;
  }

  private give(taker: Taker, entry: Entry, delivery: Delivery): void {
    const { hand } = taker;
    hand.entries.add(entry);
    const done = async (): Promise<void> => {
      if (hand.entries.delete(entry)) this.finish(entry);
      await this.options.store.durable();
    };
    const giveBack = async (): Promise<void> => {
      if (hand.entries.delete(entry)) this.offerAgain(entry);
    };
    taker.end({ ...delivery, done, giveBack });
  }

  private begin(member: Member, entry: Entry, delivery: Delivery): void {
    member.entries.add(entry);
    member.running += 1;
    this.begunNow += 1;
    if (this.begunNow >= begunPerTurn) this.rest(0);
    void this.handle(member, entry, delivery);
  }

  private async handle(member: Member, entry: Entry, delivery: Delivery): Promise<void> {
    let parkFor: string | undefined;
    let failed = false;
    try {
      const handled = await member.options.handler(delivery, member.abort.signal);
      if (handled.kind === 'park') parkFor = handled.reason;
    } catch (error) {
      failed = true;
      if (!member.abort.signal.aborted) parkFor = this.countFailure(member, entry, error);
    }
    member.running -= 1;
    if (!member.entries.has(entry)) return;
    if (parkFor !== undefined) this.pump();
    if (parkFor !== undefined) await this.park(member, entry, delivery, parkFor);
    else if (failed) await this.waitAndOfferAgain(member, entry);
    else this.settle(member, entry, 'finished');
  }

  /** The reason to park for, where this was the last attempt. */
  private countFailure(member: Member, entry: Entry, error: unknown): string | undefined {
    const attempts = member.options.attempts ?? attemptsByDefault;
    entry.attempts += 1;
    this.options.report(`${this.label()}: handling ${entry.seq} failed, attempt ${entry.attempts} of ${attempts}`, error);
    if (entry.attempts < attempts) return undefined;
    return `failed ${entry.attempts} times: ${error instanceof Error ? error.message : String(error)}`;
  }

  private async waitAndOfferAgain(member: Member, entry: Entry): Promise<void> {
    this.pump();
    if (!member.abort.signal.aborted) await this.options.clock.sleep(backOffMs(entry.attempts), member.abort.signal);
    this.settle(member, entry, 'offered again');
  }

  /** A store that cannot park is waited for: the message stays unfinished until it is stored. */
  private async park(member: Member, entry: Entry, delivery: Delivery, reason: string): Promise<void> {
    for (let failures = 1; member.entries.has(entry); failures += 1) {
      try {
        await this.options.store.park(delivery, reason, entry);
        this.settle(member, entry, 'finished');
      } catch (error) {
        entry.leaving = false;
        this.options.report(`${this.label()}: parking ${entry.seq} failed, it is tried again`, error);
        if (!member.abort.signal.aborted) await this.options.clock.sleep(backOffMs(failures), member.abort.signal);
        if (member.abort.signal.aborted) this.settle(member, entry, 'offered again');
      }
    }
  }

  private settle(member: Member, entry: Entry, as: 'finished' | 'offered again'): void {
    if (!member.entries.delete(entry)) return;
    if (as === 'finished') this.finish(entry);
    else this.offerAgain(entry);
    if (member.entries.size === 0) member.rested?.();
  }

  private finish(entry: Entry): void {
    this.options.backlog.finish(entry);
    this.options.store.advanced();
    if (this.idlers.length > 0) this.wakeIdlers();
    this.pump();
  }

  private offerAgain(entry: Entry): void {
    this.options.backlog.giveBack(entry);
    this.pump();
  }

  private idle(member: Member): Promise<void> {
    const upTo = this.options.store.head();
    return new Promise((resolve, reject) => {
      this.idlers.push({ upTo, member, resolve, reject });
      this.wakeIdlers();
    });
  }

  private wakeIdlers(): void {
    const { lowest } = this.options.backlog;
    const ready = this.idlers.filter((idler) => idler.upTo < lowest);
    if (ready.length === 0) return;
    this.idlers = this.idlers.filter((idler) => idler.upTo >= lowest);
    for (const idler of ready) idler.resolve();
  }

  private stop(member: Member): Promise<void> {
    member.stopped ??= new Promise<void>((resolve) => {
      this.leave(member);
      member.rested = resolve;
      member.abort.abort();
      if (member.entries.size === 0) resolve();
    }).then(() => this.options.store.durable());
    return member.stopped;
  }

  private vanish(member: Member): void {
    this.leave(member);
    for (const entry of member.entries) this.options.backlog.giveBack(entry);
    member.entries.clear();
    this.pump();
  }

  private leave(member: Member): void {
    const at = this.members.indexOf(member);
    if (at >= 0) this.members.splice(at, 1);
    if (this.members.length === 0) this.options.backlog.setOrder('offered');
    for (const idler of this.idlers) if (idler.member === member) idler.reject(new Error(`${this.label()}: the consumer was stopped before it was idle`));
    this.idlers = this.idlers.filter((idler) => idler.member !== member);
  }

  private rest(ms: number): void {
    this.resting = true;
    void this.options.clock.sleep(ms).then(() => {
      this.resting = false;
      this.begunNow = 0;
      this.pump();
    });
  }

  private label(): string {
    return `group ${this.options.name} on ${this.options.topic}`;
  }
}
