import { createHash } from 'node:crypto';
import type { QueueClock } from '../delivery/surroundings.js';
import type { Delivery, Message, Parked } from '../queue.port.js';
import type { ClusterAccess, KafkaRecord } from './cluster-access.js';
import { CompactedView } from './compacted-view.js';
import { isTooLarge } from './kafka-errors.js';
import { exactOf, messageOf, newName, ownHeader, recordOf } from './message.records.js';
import type { Held } from './partition-intake.js';
import { partitionOf } from './partition.hash.js';
import type { RecordSender } from './record-sender.js';

/** Where a replay that was begun must be looked for. */
interface Replaying {
  readonly partition: number;
  readonly from: number;
}

interface Row {
  readonly parked: Parked;
  /** The body where it is no text. */
  readonly exact: Buffer | undefined;
  readonly replaying?: Replaying;
}

/** What of a parked message its record carries beside the message. */
type Note = Omit<Parked, keyof Message | 'id'> & { readonly key: string; readonly replaying?: Replaying };

const timeDigits = 15;
const offsetDigits = 15;
const hashDigits = 12;
/** What is kept of the key and of the body of a message that is too large to be parked, in characters. */
const keptOfKey = 256;
const keptOfBody = 4_096;

/** The full name of a logical topic on the brokers. */
export type FullName = (topic: string) => string;

/** What is set aside: a compacted topic whose keys are the parked messages' ids. */
export class KafkaParking {
  private readonly view: CompactedView<Row>;
  private readonly turns = new Map<string, Promise<unknown>>();
  private parkedByHand = 0;

  constructor(
    private readonly access: ClusterAccess,
    private readonly sender: RecordSender,
    private readonly clock: QueueClock,
    private readonly topic: string,
    private readonly fullName: FullName,
  ) {
    this.view = new CompactedView(access, topic, rowOf);
  }

  /** A message that never was on a topic. */
  async parkByHand(topic: string, group: string, message: Message, reason: string): Promise<Parked> {
    this.parkedByHand += 1;
    const id = idOf(this.clock.now(), this.parkedByHand, newName());
    const { key, headers, body } = message;
    return this.store({ id, topic, group, offset: '', key, headers: { ...headers }, body, reason, parkedAt: this.clock.now() });
  }

  /**
   * A message of a topic. The same one has the same id each time, so parking it twice for a group makes one entry. The list is oldest
   * message first, by the records' own times. What the brokers refuse for its size is parked by its beginning.
   */
  async parkDelivery(
    group: string,
    delivery: Delivery,
    reason: string,
    { publishedAt, exact }: Pick<Held, 'publishedAt' | 'exact'>,
  ): Promise<Parked> {
    const [, offset = '0'] = delivery.offset.split('/');
    const id = idOf(publishedAt, Number(offset), `${delivery.topic} ${delivery.offset} ${group}`);
    const { topic, key, headers, body } = delivery;
    const parked: Parked = { id, topic, group, offset: delivery.offset, key, headers, body, reason, parkedAt: this.clock.now() };
    try {
      return await this.store(parked, exact);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      return this.store(shortened(parked));
    }
  }

  async list(limit: number, after = ''): Promise<readonly Parked[]> {
    await this.view.refresh();
    const ids = [...this.view.rows.keys()].filter((id) => id > after).sort();
    const page: Parked[] = [];
    for (const id of ids) {
      if (page.length >= limit) break;
      const row = this.view.rows.get(id);
      if (row && !(await this.wasReplayed(id, row))) page.push(row.parked);
    }
    return page;
  }

  /** Marks it, publishes it with its id, takes it out: whoever finds the mark after a crash can tell whether it was published. */
  replay(id: string): Promise<boolean> {
    return this.inTurn(id, async () => {
      const row = await this.find(id);
      if (!row) return false;
      const { parked, exact } = row;
      const topic = this.fullName(parked.topic);
      const ends = await this.access.ends(topic);
      const partition = partitionOf(parked.key, ends.size);
      await this.store(parked, exact, { partition, from: ends.get(partition)?.high ?? 0 });
      await this.sender.send(topic, partition, [recordOf(parked, { replay: id }, exact)]);
      await this.remove(id);
      return true;
    });
  }

  discard(id: string): Promise<boolean> {
    return this.inTurn(id, async () => {
      if (!(await this.find(id))) return false;
      await this.remove(id);
      return true;
    });
  }

  private async find(id: string): Promise<Row | undefined> {
    await this.view.refresh();
    const row = this.view.rows.get(id);
    if (!row) return undefined;
    if (!(await this.wasReplayed(id, row))) return row;
    await this.remove(id);
    return undefined;
  }

  private async wasReplayed(id: string, { parked, replaying }: Row): Promise<boolean> {
    if (!replaying) return false;
    const topic = this.fullName(parked.topic);
    const { low = 0, high = 0 } = (await this.access.ends(topic)).get(replaying.partition) ?? {};
    let found = false;
    await this.access.read(topic, replaying.partition, Math.max(low, replaying.from), high, (record) => {
      if (ownHeader(record, 'replay') === id) found = true;
    });
    return found;
  }

  private async store(parked: Parked, exact?: Buffer, replaying?: Replaying): Promise<Parked> {
    const { id, topic, group, offset, key, reason, parkedAt } = parked;
    const note: Note = { topic, group, offset, key, reason, parkedAt, ...(replaying ? { replaying } : {}) };
    await this.sender.send(this.topic, 0, [{ ...recordOf(parked, { parked: JSON.stringify(note) }, exact), key: id }]);
    return parked;
  }

  private async remove(id: string): Promise<void> {
    await this.sender.send(this.topic, 0, [{ key: id, value: null }]);
  }

  private inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(id) ?? Promise.resolve()).catch((error: unknown) => error).then(work);
    this.turns.set(id, turn);
    const forget = (): void => {
      if (this.turns.get(id) === turn) this.turns.delete(id);
    };
    turn.then(forget, forget);
    return turn;
  }
}

/** Ids sort by time, then by place; the hash keeps apart what is equal in both. */
function idOf(atMs: number, place: number, of: string): string {
  const hash = createHash('sha256').update(of).digest('hex').slice(0, hashDigits);
  return `${String(atMs).padStart(timeDigits, '0')}-${String(place).padStart(offsetDigits, '0')}-${hash}`;
}

/** So much of a message that its people know it again: all of it is on its topic, for as long as that keeps it. */
function shortened(parked: Parked): Parked {
  const { offset, topic, reason, key, body } = parked;
  return {
    ...parked,
    key: key.slice(0, keptOfKey),
    headers: {},
    body: body.slice(0, keptOfBody),
    reason: `${reason.slice(0, keptOfBody)} (too large to be parked: this is its beginning without headers, the whole is at ${offset} of ${topic})`,
  };
}

function rowOf(id: string, record: KafkaRecord): Row | undefined {
  const text = ownHeader(record, 'parked');
  if (text === undefined) return undefined;
  const { replaying, ...note } = JSON.parse(text) as Note;
  const { headers, body } = messageOf(record);
  return { parked: { id, headers, body, ...note }, exact: exactOf(record.value), ...(replaying ? { replaying } : {}) };
}
