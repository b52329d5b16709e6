import { Backlog } from '../delivery/backlog.js';
import { Group } from '../delivery/group.js';
import { type GroupStore, Hand, type Membership } from '../delivery/group.ports.js';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import type { Consumer, ConsumerOptions, Delivery, Message, MessageQueue, Parked, PublishedUpTo, Taken } from '../queue.port.js';

interface Topic {
  readonly messages: Map<number, Message>;
  head: number;
  readonly groups: Map<string, { readonly group: Group; readonly backlog: Backlog }>;
}

/** What outlives a process: the topics, groups, parking and checkpoints that any number of queue objects share. */
export class MemoryBroker {
  readonly topics = new Map<string, Topic>();
  readonly parking = new Map<number, Parked>();
  readonly checkpoints = new Map<string, string>();
  private lastParked = 0;

  constructor(private readonly options: { readonly clock: QueueClock; readonly report?: Report }) {}

  topic(name: string): Topic {
    let topic = this.topics.get(name);
    if (!topic) this.topics.set(name, (topic = { messages: new Map(), head: 0, groups: new Map() }));
    return topic;
  }

  append(name: string, messages: readonly Message[]): void {
    const topic = this.topic(name);
    for (const { key, headers, body } of messages) topic.messages.set((topic.head += 1), { key, headers: { ...headers }, body });
    for (const { group } of topic.groups.values()) group.pump();
  }

  group(topicName: string, name: string): Group {
    const topic = this.topic(topicName);
    let known = topic.groups.get(name);
    if (!known) {
      const [first = topic.head + 1] = topic.messages.keys();
      const backlog = new Backlog(first, []);
      const { clock, report = () => undefined } = this.options;
      known = { backlog, group: new Group({ topic: topicName, name, backlog, clock, report, store: this.storeOf(topic, name) }) };
      topic.groups.set(name, known);
    }
    return known.group;
  }

  park(group: string, delivery: Delivery, reason: string): Parked {
    const { topic, offset, key, headers, body } = delivery;
    this.lastParked += 1;
    const parked = { id: String(this.lastParked), topic, group, offset, key, headers, body, reason, parkedAt: this.options.clock.now() };
    this.parking.set(this.lastParked, parked);
    return parked;
  }

  /** Drops what every group of its topic has finished. */
  sweep(): void {
    for (const { messages, groups } of this.topics.values()) {
      if (groups.size === 0) continue;
      const lowest = Math.min(...[...groups.values()].map(({ backlog }) => backlog.lowest));
      for (const seq of messages.keys()) if (seq < lowest) messages.delete(seq);
    }
  }

  private storeOf(topic: Topic, name: string): GroupStore {
    return {
      head: () => topic.head,
      places: (after, limit) => {
        const places = [];
        for (let seq = after + 1; seq <= topic.head && places.length < limit; seq += 1)
          places.push({ seq, key: messageAt(topic, seq).key });
        return places;
      },
      load: (seq) => ({ ...messageAt(topic, seq), offset: String(seq) }),
      returned: () => true,
      advanced: () => undefined,
      durable: async () => undefined,
      park: async (delivery, reason) => void this.park(name, delivery, reason),
    };
  }
}

/** One process's connection to a broker in memory; several may share one broker. */
export class MemoryQueue implements MessageQueue {
  private readonly members = new Set<Membership>();
  private readonly hands = new Map<Group, Hand>();
  private closed = false;

  constructor(private readonly broker: MemoryBroker) {}

  async publish(topic: string, messages: readonly Message[], upTo?: PublishedUpTo): Promise<void> {
    this.refuseWhenClosed();
    if (upTo) this.broker.checkpoints.set(upTo.publisher, upTo.checkpoint);
    this.broker.append(topic, messages);
  }

  async checkpoint(publisher: string): Promise<string | undefined> {
    return this.broker.checkpoints.get(publisher);
  }

  async consume(options: ConsumerOptions): Promise<Consumer> {
    this.refuseWhenClosed();
    const membership = this.broker.group(options.topic, options.group).join(options);
    this.members.add(membership);
    const stop = async (): Promise<void> => {
      await membership.stop();
      this.members.delete(membership);
    };
    return { idle: () => membership.idle(), stop };
  }

  async take(topic: string, group: string, waitMs: number, signal?: AbortSignal): Promise<Taken | undefined> {
    this.refuseWhenClosed();
    const from = this.broker.group(topic, group);
    let hand = this.hands.get(from);
    if (!hand) this.hands.set(from, (hand = new Hand()));
    return from.take(hand, waitMs, signal);
  }

  async park(topic: string, group: string, message: Message, reason: string): Promise<Parked> {
    this.refuseWhenClosed();
    return this.broker.park(group, { offset: '', ...message, topic }, reason);
  }

  async parked({ limit, after = '0' }: { readonly limit: number; readonly after?: string }): Promise<readonly Parked[]> {
    return [...this.broker.parking.values()].filter(({ id }) => Number(id) > Number(after)).slice(0, limit);
  }

  async replay(id: string): Promise<boolean> {
    this.refuseWhenClosed();
    const parked = this.broker.parking.get(Number(id));
    if (!parked) return false;
    this.broker.parking.delete(Number(id));
    this.broker.append(parked.topic, [parked]);
    return true;
  }

  async discard(id: string): Promise<boolean> {
    this.refuseWhenClosed();
    return this.broker.parking.delete(Number(id));
  }

  async lag(topic: string, group: string): Promise<number> {
    const known = this.broker.topic(topic).groups.get(group);
    return known ? known.group.lag() : this.broker.topic(topic).messages.size;
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.members].map((membership) => membership.stop()));
    for (const [group, hand] of this.hands) group.abandon(hand);
  }

  /** Dies as its process would: no handler's outcome counts any more, and all it held is offered to others. */
  vanish(): void {
    this.closed = true;
    for (const membership of this.members) membership.vanish();
    for (const [group, hand] of this.hands) group.abandon(hand);
  }

  private refuseWhenClosed(): void {
    if (this.closed) throw new Error('the queue is closed');
  }
}

function messageAt(topic: Topic, seq: number): Message {
  const message = topic.messages.get(seq);
  if (!message) throw new Error(`message ${seq} is gone from the topic`);
  return message;
}
