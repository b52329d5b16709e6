import { setMaxListeners } from 'node:events';
import type { ConsumerOptions, Delivery, Taken } from '../queue.port.js';
import type { Entry, Order } from './backlog.js';
import { Idlers } from './idlers.js';
import { backOffMs, type GroupOptions, type Hand, type Membership } from './group.ports.js';

const readAhead = 512;
/** Handlers begun before the rest of the process gets a turn. */
const begunPerTurn = 512;
const attemptsByDefault = 5;
const storeRetryMs = 1_000;

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

/** One group on one topic: hands messages to its members, tries again, parks, and knows what is finished. */
export class Group {
  private readonly members: Member[] = [];
  private readonly takers = new Set<Taker>();
  private readonly idlers = new Idlers<Member>();
  private turn = 0;
  private begunNow = 0;
  private resting = false;

  constructor(private readonly options: GroupOptions) {}

  /** The order of a group is that of its consumers; callers of `take` follow it, and without consumers it is `offered`. */
  join(options: ConsumerOptions): Membership {
    const order = options.order ?? 'key';
    if (this.members.some((member) => member.order !== order))
      throw new Error(`group ${this.options.name} already consumes ${this.options.topic} in another order`);
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const member: Member = {
      options,
      order,
      concurrency: options.concurrency ?? 1,
      entries: new Set(),
      abort,
      running: 0,
      rested: undefined,
      stopped: undefined,
    };
    this.members.push(member);
    this.options.backlog.setOrder(order);
    this.pump();
    return {
      idle: () => this.idlers.wait(member, this.options.store.head(), this.options.backlog.lowest),
      stop: () => this.stop(member),
      vanish: () => this.vanish(member),
    };
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
      this.options.clock.sleep(waitMs, served.signal).then(leave, leave);
    });
  }

  /** Offers again what the callers of one queue object held. */
  abandon(hand: Hand): void {
    for (const leave of [...hand.waiting]) leave();
    for (const entry of hand.entries) this.takeBack(entry);
    hand.entries.clear();
    this.pump();
  }

  /** Lets go of what is not begun and is no longer this process's to offer; answers what that was. */
  forget(gone: (seq: number) => boolean): readonly number[] {
    const forgotten = this.options.backlog.forget(gone);
    this.pump();
    return forgotten;
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
      return { topic: this.options.topic, ...this.options.store.load(entry.seq) };
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
    this.handle(member, entry, delivery).catch((error: unknown) =>
      this.options.report(`${this.label()}: message ${entry.seq} is stuck`, error),
    );
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
    this.pump();
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
    this.options.store.advanced(entry);
    this.idlers.reached(this.options.backlog.lowest);
    this.pump();
  }

  private offerAgain(entry: Entry): void {
    this.takeBack(entry);
    this.pump();
  }

  private takeBack(entry: Entry): void {
    if (this.options.store.returned(entry)) this.options.backlog.giveBack(entry);
    else this.options.backlog.finish(entry);
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
    for (const entry of member.entries) this.takeBack(entry);
    member.entries.clear();
    this.pump();
  }

  private leave(member: Member): void {
    const at = this.members.indexOf(member);
    if (at >= 0) this.members.splice(at, 1);
    if (this.members.length === 0) this.options.backlog.setOrder('offered');
    this.idlers.dismiss(member, `${this.label()}: the consumer was stopped before it was idle`);
  }

  private rest(ms: number): void {
    this.resting = true;
    const goOn = (): void => {
      this.resting = false;
      this.begunNow = 0;
      this.pump();
    };
    this.options.clock.sleep(ms).then(goOn, goOn);
  }

  private label(): string {
    return `group ${this.options.name} on ${this.options.topic}`;
  }
}
