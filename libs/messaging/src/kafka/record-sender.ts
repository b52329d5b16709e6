import type { IHeaders } from 'kafkajs';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import { asEngineTrouble, EngineUnavailableError, isPermanent } from './kafka-errors.js';
import type { Generation, Producers } from './producers.js';

export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers?: IHeaders;
}

interface Parcel {
  readonly records: readonly OutgoingRecord[];
  readonly bytes: number;
  readonly resolve: (firstOffset: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Waiting parcels are sent together up to these sizes; one that is larger goes alone. */
const togetherAtMostBytes = 512 * 1024;
const togetherAtMost = 2_000;
/** What a record is taken to need beside its key and body; longer headers are not counted, and the topics have room for them. */
const recordOverheadBytes = 64;
const allReplicas = -1;
/** How long the broker may wait for its replicas. */
const acknowledgedWithinMs = 8_000;
const firstWaitMs = 100;
const longestWaitMs = 2_000;

/**
 * Sends to one partition: one batch under way at a time, what waits meanwhile goes together in the next (K2). Each `send` of the driver is
 * for one partition (K11). What fails is sent again by a new producer (K1), until `giveUpAfterMs` have passed.
 */
class PartitionLane {
  private waiting: Parcel[] = [];
  private running = false;
  private by: Generation | undefined;
  /** Every later batch of the same producer is stored behind this offset. */
  private storedTo = -1;

  constructor(
    private readonly topic: string,
    private readonly partition: number,
    private readonly around: SenderSurroundings,
  ) {}

  send(records: readonly OutgoingRecord[]): Promise<number> {
    const bytes = records.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0) + recordOverheadBytes, 0);
    return new Promise((resolve, reject) => {
      this.waiting.push({ records, bytes, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) await this.sendTogether(this.nextParcels());
    this.running = false;
  }

  private nextParcels(): readonly Parcel[] {
    let bytes = 0;
    let count = 0;
    const fits = this.waiting.findIndex((parcel) => {
      bytes += parcel.bytes;
      count += parcel.records.length;
      return bytes > togetherAtMostBytes || count > togetherAtMost;
    });
    return this.waiting.splice(0, fits < 0 ? this.waiting.length : Math.max(fits, 1));
  }

  private async sendTogether(parcels: readonly Parcel[]): Promise<void> {
    try {
      let offset = await this.store(parcels.flatMap(({ records }) => records));
      for (const parcel of parcels) {
        parcel.resolve(offset);
        offset += parcel.records.length;
      }
    } catch (error) {
      if (isPermanent(error) && parcels.length > 1) {
        // One of them is refused for what it is; the others need not suffer for it.
        for (const parcel of parcels) await this.sendTogether([parcel]);
        return;
      }
      // What waits behind would overtake what its caller is told to publish again.
      const behind = isPermanent(error) ? [] : this.waiting.splice(0);
      for (const parcel of [...parcels, ...behind]) parcel.reject(error);
    }
  }

  private async store(records: readonly OutgoingRecord[]): Promise<number> {
    const { clock, producers, report, giveUpAfterMs } = this.around;
    const what = `publishing on ${this.topic}/${this.partition}`;
    const deadline = clock.now() + giveUpAfterMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      let generation: Generation | undefined;
      try {
        generation = await producers.current();
        return await this.attempt(generation, records);
      } catch (error) {
        if (generation) await producers.retire(generation);
        if (isPermanent(error) || this.around.closed() || clock.now() + waitMs > deadline) throw asEngineTrouble(what, error);
        report(`kafka: ${what} failed, it is sent again by a new producer`, error);
        await clock.sleep(waitMs);
      }
    }
  }

  private async attempt(generation: Generation, records: readonly OutgoingRecord[]): Promise<number> {
    if (generation !== this.by) this.storedTo = -1;
    this.by = generation;
    generation.sending += 1;
    try {
      const answers = await generation.producer.send({
        topic: this.topic,
        acks: allReplicas,
        timeout: acknowledgedWithinMs,
        messages: records.map(({ key, value, headers }) => ({
          key: Buffer.from(key),
          value,
          partition: this.partition,
          ...(headers ? { headers } : {}),
        })),
      });
      const [answer] = answers;
      const first = Number(answer?.baseOffset);
      // An answer for another partition, or with an offset of before, acknowledges something else than what was sent.
      if (!answer || answers.length > 1 || answer.partition !== this.partition || answer.errorCode !== 0 || !(first > this.storedTo))
        throw new EngineUnavailableError(`the answer does not cover what was sent: ${JSON.stringify(answers)}, stored to ${this.storedTo}`);
      this.storedTo = first + records.length - 1;
      return first;
    } finally {
      generation.sending -= 1;
      if (generation.retired && generation.sending === 0) generation.network.cut();
    }
  }
}

export interface SenderSurroundings {
  readonly producers: Producers;
  readonly clock: QueueClock;
  readonly report: Report;
  readonly giveUpAfterMs: number;
  readonly closed: () => boolean;
}

/** Stores records on partitions, in the order of the calls for each of them. */
export class RecordSender {
  private readonly lanes = new Map<string, PartitionLane>();

  constructor(private readonly around: SenderSurroundings) {}

  /**
   * Resolves with the offset of the first record when all are durable; they are in one batch, so they are there together or not at all.
   * Throws EngineUnavailableError when that could not be had in time: they may still be there.
   */
  send(topic: string, partition: number, records: readonly OutgoingRecord[]): Promise<number> {
    const name = `${topic}/${partition}`;
    let lane = this.lanes.get(name);
    if (!lane) this.lanes.set(name, (lane = new PartitionLane(topic, partition, this.around)));
    return lane.send(records);
  }
}
