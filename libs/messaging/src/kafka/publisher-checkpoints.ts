import type { PublishedUpTo } from '../queue.port.js';
import type { ClusterAccess, KafkaRecord } from './cluster-access.js';
import { CompactedView } from './compacted-view.js';
import { newName, type OwnHeaders, ownHeader } from './message.records.js';
import type { RecordSender } from './record-sender.js';

/** How far a publisher has come. */
interface Stand {
  readonly checkpoint?: string;
  /** Batches published. */
  readonly count: number;
  /** Per topic and partition, the offset from which a batch that is not in this stand yet may lie. */
  readonly places: { readonly [topic: string]: { readonly [partition: string]: number } };
}

/** On each message of a batch: which it is, and on which partitions the whole of it lies. */
interface BatchNote extends PublishedUpTo {
  readonly batch: string;
  readonly count: number;
  readonly partitions: readonly number[];
}

/** Sends the batch's messages with the note; answers, per partition, the offset behind the last of them. */
export type SendBatch = (own: OwnHeaders) => Promise<ReadonlyMap<number, number>>;

/**
 * Publishers' checkpoints without transactions. The messages name the checkpoint that they belong to; when all are stored, so is the
 * checkpoint, on a topic of its own. Who asks later gets the newest checkpoint of which all messages are there, whether or not the
 * second step was reached: so it is never ahead of the messages, and behind them only where a batch over several partitions was cut in
 * two, which is then published again.
 */
export class PublisherCheckpoints {
  private readonly view: CompactedView<Stand>;
  private readonly stands = new Map<string, Stand>();
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly access: ClusterAccess,
    private readonly sender: RecordSender,
    private readonly topic: string,
  ) {
    this.view = new CompactedView(access, topic, (_, record) => JSON.parse(record.value?.toString() ?? '') as Stand);
  }

  of(publisher: string): Promise<string | undefined> {
    return this.inTurn(publisher, async () => (await this.recover(publisher)).checkpoint);
  }

  /** Publishes in the publisher's turn. After a failure the next call looks at what is really there. */
  publish({ publisher, checkpoint }: PublishedUpTo, topic: string, partitions: readonly number[], send: SendBatch): Promise<void> {
    return this.inTurn(publisher, async () => {
      let stand = this.stands.get(publisher) ?? (await this.recover(publisher));
      this.stands.delete(publisher);
      const count = stand.count + 1;
      if (partitions.length > 0) {
        if (!stand.places[topic]) await this.write(publisher, (stand = await this.beginOn(topic, stand)));
        const note: BatchNote = { publisher, checkpoint, batch: newName(), count, partitions };
        const behind = await send({ publisher, batch: JSON.stringify(note) });
        stand = { ...stand, places: { ...stand.places, [topic]: { ...stand.places[topic], ...Object.fromEntries(behind) } } };
      }
      stand = { ...stand, checkpoint, count };
      await this.write(publisher, stand);
      this.stands.set(publisher, stand);
    });
  }

  /** From now on a batch on this topic is found, also where its publisher dies before the end of its first one. */
  private async beginOn(topic: string, stand: Stand): Promise<Stand> {
    const places = Object.fromEntries([...(await this.access.ends(topic))].map(([partition, { high }]) => [partition, high]));
    return { ...stand, places: { ...stand.places, [topic]: places } };
  }

  /** What is stored, and what lies on the topics beyond it. */
  private async recover(publisher: string): Promise<Stand> {
    await this.view.refresh();
    let stand = this.view.rows.get(publisher) ?? { count: 0, places: {} };
    for (const topic of Object.keys(stand.places)) stand = await this.lookBeyond(publisher, topic, stand);
    if (stand !== this.view.rows.get(publisher) && stand.count > 0) await this.write(publisher, stand);
    this.stands.set(publisher, stand);
    return stand;
  }

  private async lookBeyond(publisher: string, topic: string, stand: Stand): Promise<Stand> {
    const batches = new Map<string, { readonly note: BatchNote; readonly seen: Map<number, number> }>();
    for (const [partition, { low, high }] of await this.access.ends(topic)) {
      const from = Math.max(low, stand.places[topic]?.[partition] ?? 0);
      await this.access.read(topic, partition, from, high, (record) => {
        const note = noteOf(record, publisher);
        if (!note || note.count <= stand.count) return;
        const batch = batches.get(note.batch) ?? { note, seen: new Map<number, number>() };
        batches.set(note.batch, batch);
        batch.seen.set(partition, record.offset + 1);
      });
    }
    const [newest] = [...batches.values()]
      .filter(({ note, seen }) => note.partitions.every((partition) => seen.has(partition)))
      .sort((a, b) => b.note.count - a.note.count);
    if (!newest) return stand;
    const places = { ...stand.places[topic], ...Object.fromEntries(newest.seen) };
    return { checkpoint: newest.note.checkpoint, count: newest.note.count, places: { ...stand.places, [topic]: places } };
  }

  private async write(publisher: string, stand: Stand): Promise<void> {
    await this.sender.send(this.topic, 0, [{ key: publisher, value: Buffer.from(JSON.stringify(stand)) }]);
  }

  private inTurn<T>(publisher: string, work: () => Promise<T>): Promise<T> {
    const before = this.turns.get(publisher) ?? Promise.resolve();
    const turn = before.catch((error: unknown) => error).then(work);
    this.turns.set(publisher, turn);
    return turn;
  }
}

function noteOf(record: KafkaRecord, publisher: string): BatchNote | undefined {
  const text = ownHeader(record, 'publisher') === publisher ? ownHeader(record, 'batch') : undefined;
  return text === undefined ? undefined : (JSON.parse(text) as BatchNote);
}
