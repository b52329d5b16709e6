import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import { fewRetries, type KafkaConnection, openClient } from './kafka-client.js';
import { isPermanent } from './kafka-errors.js';
import type { Network } from './network.js';

/** What a member of a Kafka group is told, and asked. */
export interface MemberEvents {
  /** The partitions that are this member's from now on. */
  assigned(partitions: readonly number[]): void;
  /** To take the batch's records in and return; called one at a time. */
  batch(payload: EachBatchPayload): Promise<void>;
  /** None is this member's any more. */
  lost(): void;
  /** Whether there are messages of our partitions that should have come and did not, for the watchdog. */
  starves(): Promise<boolean>;
}

export interface GroupConsumerOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly topic: string;
  readonly sessionTimeoutMs: number;
  /** How long the broker holds a fetch back while there is nothing. */
  readonly fetchWaitMs: number;
  readonly clock: QueueClock;
  readonly report: Report;
  /** Nothing more will come and no waiting helps: the process is to end. */
  readonly onFatal: (error: Error) => void;
  readonly network: () => Network;
  readonly events: MemberEvents;
}

const heartbeatsPerSession = 6;
const stopWithinMs = 10_000;
const firstWaitMs = 200;
const longestWaitMs = 5_000;
/** A fetch and what it brings: at most this much at once, and of one partition. */
const fetchAtMostBytes = 8 * 1024 * 1024;
const fetchAtMostBytesPerPartition = 1024 * 1024;
/** The watchdog barks after this many session time-outs without progress (K7). */
const patienceInSessions = 2;

/**
 * One member of a Kafka group, kept alive: the driver's consumer is used until it crashes, ends or hangs, then a new one is made. The
 * driver never restarts by itself, so that there is one way to come back.
 */
export class GroupConsumer {
  private readonly stopping = new AbortController();
  private readonly living: Promise<void>;
  /** Why the last consumer ended, until the next one has joined. */
  trouble: unknown;
  /** Whether the brokers count this process as one of the group, as far as it knows. */
  isMember = false;
  /** Consumers that were replaced, for whatever reason. */
  restarts = 0;

  constructor(private readonly options: GroupConsumerOptions) {
    this.living = this.live();
  }

  /** Leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.living;
  }

  private async live(): Promise<void> {
    const { clock, report, groupId, onFatal } = this.options;
    for (let waitMs = firstWaitMs; !this.stopping.signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      let joined = false;
      const end = await this.oneLife(() => (joined = true));
      if (this.stopping.signal.aborted) return;
      this.trouble = end;
      if (isPermanent(end)) {
        onFatal(end);
        return;
      }
      if (joined) waitMs = firstWaitMs;
      this.restarts += 1;
      report(`kafka: the consumer of ${groupId} ended, a new one is made`, end);
      await clock.sleep(waitMs, this.stopping.signal);
    }
  }

  /** From making a consumer to its end; answers what ended it. */
  private async oneLife(joined: () => void): Promise<Error> {
    const { clock, connection, report, groupId, topic, events } = this.options;
    const network = this.options.network();
    const consumer = this.makeConsumer(openClient(connection, report, network));
    const over = new AbortController();
    let running: Promise<void> = Promise.resolve();
    const ended = new Promise<Error>((resolve) => {
      const stopped = (): void => resolve(new Error('stopped'));
      this.stopping.signal.addEventListener('abort', stopped);
      over.signal.addEventListener('abort', () => this.stopping.signal.removeEventListener('abort', stopped));
      if (this.stopping.signal.aborted) stopped();
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        if (over.signal.aborted) return;
        this.trouble = undefined;
        this.isMember = true;
        joined();
        events.assigned(payload.memberAssignment[topic] ?? []);
      });
      this.watch(consumer, over.signal).then(resolve, resolve);
      running = this.run(consumer, over.signal);
      running.catch(resolve);
    });
    const end = await ended;
    over.abort();
    this.isMember = false;
    events.lost();
    const goodbye = running.catch((error: unknown) => error).then(() => consumer.disconnect());
    const hurried = new AbortController();
    await Promise.race([
      goodbye.catch((error: unknown) => report(`kafka: leaving ${groupId} failed, its session runs out`, error)),
      clock.sleep(stopWithinMs, hurried.signal),
    ]);
    hurried.abort();
    network.cut();
    return end;
  }

  private makeConsumer(kafka: ReturnType<typeof openClient>): Consumer {
    const { groupId, sessionTimeoutMs, fetchWaitMs } = this.options;
    return kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.ceil(sessionTimeoutMs / heartbeatsPerSession),
      maxWaitTimeInMs: fetchWaitMs,
      maxBytes: fetchAtMostBytes,
      maxBytesPerPartition: fetchAtMostBytesPerPartition,
      allowAutoTopicCreation: false,
      retry: { ...fewRetries, restartOnFailure: async () => false },
    });
  }

  private async run(consumer: Consumer, over: AbortSignal): Promise<void> {
    const { topic, events } = this.options;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    if (over.aborted) return;
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        if (!over.aborted) await events.batch(payload);
      },
    });
  }

  /** Answers when the consumer hangs: it fetches no more, or brings nothing although there is something. */
  private async watch(consumer: Consumer, over: AbortSignal): Promise<Error> {
    const { clock, report, groupId, sessionTimeoutMs, events } = this.options;
    let fetchedAt = clock.now();
    let starvedSince: number | undefined;
    let isAsking = false;
    // Never waited for: the brokers may hang too. What cannot be asked is no sign of hanging: they are away for both.
    const ask = async (): Promise<void> => {
      isAsking = true;
      const starves = await events.starves().catch((error: unknown) => {
        report(`kafka: whether messages of ${groupId} wait is not known`, error);
        return false;
      });
      starvedSince = starves ? (starvedSince ?? clock.now()) : undefined;
      isAsking = false;
    };
    consumer.on(consumer.events.FETCH, () => (fetchedAt = clock.now()));
    for (;;) {
      await clock.sleep(sessionTimeoutMs / 2, over);
      if (over.aborted) return new Error('over');
      const bound = clock.now() - patienceInSessions * sessionTimeoutMs;
      if (fetchedAt < bound) return new Error(`hangs: nothing was fetched for ${clock.now() - fetchedAt} ms`);
      if (!isAsking) void ask();
      if (starvedSince !== undefined && starvedSince < bound) return new Error('hangs: messages are there and none comes');
    }
  }
}
