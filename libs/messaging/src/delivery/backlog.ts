/** A message's place in its topic: `seq` grows by one, from 1. */
export interface Place {
  readonly seq: number;
  readonly key: string;
}

/** How far a group has come: all before `next` is finished but for `unfinished` (ascending). Durable with each adapter. */
export interface Progress {
  readonly next: number;
  readonly unfinished: readonly number[];
}

/** A message that the group has come to and not finished. */
export interface Entry extends Place {
  begun: boolean;
  attempts: number;
  /** Being parked: the progress written in the same step counts it as finished. */
  leaving: boolean;
}

export type Order = 'key' | 'offered';

/** Messages that may be held behind others of their key before reading on stops; about 100 bytes each. */
const heldAtMost = 20_000;

interface Lane {
  /** Messages of the key that were let through and are not finished. */
  open: number;
  readonly waiting: Entry[];
}

/** Decides which message a group begins next: always the first that its order allows. Holds places, never bodies. */
export class Backlog {
  private readonly held = new Map<number, Entry>();
  private readonly lanes = new Map<string, Lane>();
  /** Let through and not begun, ascending; all of them before `fresh`. */
  private due: Entry[] = [];
  private fresh: Place[] = [];
  private nextSeq: number;
  private order: Order = 'offered';
  readTo: number;

  constructor(next: number, unfinished: readonly Place[]) {
    this.nextSeq = next;
    this.readTo = next - 1;
    for (const place of unfinished) {
      const entry = entryOf(place);
      this.held.set(entry.seq, entry);
      this.due.push(entry);
    }
  }

  /** The lowest unfinished place. */
  get lowest(): number {
    const first = this.held.keys().next();
    return first.done ? this.nextSeq : first.value;
  }

  get wantsMore(): boolean {
    return this.fresh.length === 0 && this.held.size < heldAtMost;
  }

  /** Places after `readTo`, ascending. */
  offer(places: readonly Place[]): void {
    this.fresh.push(...places);
    this.readTo = places[places.length - 1]?.seq ?? this.readTo;
  }

  begin(): Entry | undefined {
    const entry = this.due.shift() ?? this.admit();
    if (entry) entry.begun = true;
    return entry;
  }

  giveBack(entry: Entry): void {
    entry.begun = false;
    insertBySeq(this.due, entry);
  }

  finish(entry: Entry): void {
    this.held.delete(entry.seq);
    if (this.order === 'offered') return;
    const lane = this.lanes.get(entry.key);
    if (!lane) return;
    lane.open -= 1;
    if (lane.open > 0) return;
    const following = lane.waiting.shift();
    if (!following) {
      this.lanes.delete(entry.key);
      return;
    }
    lane.open = 1;
    insertBySeq(this.due, following);
  }

  /** Drops what is not begun and `gone`, and answers it; what waited behind it may begin. */
  forget(gone: (seq: number) => boolean): readonly number[] {
    const stays = ({ seq }: Place): boolean => !gone(seq);
    const dropped = this.fresh.filter((place) => !stays(place)).map(({ seq }) => seq);
    this.fresh = this.fresh.filter(stays);
    for (const lane of this.lanes.values())
      for (const entry of lane.waiting.splice(0)) {
        if (stays(entry)) lane.waiting.push(entry);
        else if (this.held.delete(entry.seq)) dropped.push(entry.seq);
      }
    const due = this.due.filter((entry) => !stays(entry));
    this.due = this.due.filter(stays);
    for (const entry of due) this.finish(entry);
    return [...dropped, ...due.map(({ seq }) => seq)];
  }

  /** From now on messages begin in this order; what runs already goes on and holds its key. */
  setOrder(order: Order): void {
    if (order === this.order) return;
    this.order = order;
    this.lanes.clear();
    this.due = [];
    if (order === 'key') for (const entry of this.held.values()) if (entry.begun) this.lane(entry.key).open += 1;
    for (const entry of this.held.values()) if (!entry.begun && this.pass(entry)) this.due.push(entry);
  }

  progress(): Progress {
    const unfinished: number[] = [];
    for (const entry of this.held.values()) if (!entry.leaving) unfinished.push(entry.seq);
    return { next: this.nextSeq, unfinished };
  }

  /** Messages up to `head` that are not finished. */
  lag(head: number): number {
    return Math.max(0, head - this.nextSeq + 1) + this.held.size;
  }

  private admit(): Entry | undefined {
    while (this.held.size < heldAtMost) {
      const place = this.fresh.shift();
      if (!place) return undefined;
      const entry = entryOf(place);
      this.held.set(entry.seq, entry);
      this.nextSeq = entry.seq + 1;
      if (this.pass(entry)) return entry;
    }
    return undefined;
  }

  /** Lets the entry through, or queues it behind its key. */
  private pass(entry: Entry): boolean {
    if (this.order === 'offered') return true;
    const lane = this.lane(entry.key);
    if (lane.open > 0) {
      lane.waiting.push(entry);
      return false;
    }
    lane.open = 1;
    return true;
  }

  private lane(key: string): Lane {
    let lane = this.lanes.get(key);
    if (!lane) this.lanes.set(key, (lane = { open: 0, waiting: [] }));
    return lane;
  }
}

function entryOf({ seq, key }: Place): Entry {
  return { seq, key, begun: false, attempts: 0, leaving: false };
}

function insertBySeq(entries: Entry[], entry: Entry): void {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as Entry).seq < entry.seq) low = middle + 1;
    else high = middle;
  }
  entries.splice(low, 0, entry);
}
