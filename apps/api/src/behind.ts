import { consumerGroups, type Refusal, topics } from '#contracts';
import { FactStream } from '#credits';
import { type Gauge, type GaugeSource, readGauges } from '#service';
import {
  type EventStore,
  type MachineClock,
  type Position,
  positionToken,
  type ProjectionProgress,
  readPositionToken,
  Subscription,
} from '#event-sourcing';
import { type MessageQueue, type ReceivedCloudEvent, toMessage } from '#messaging';
import {
  ACCOUNT_PREFIX,
  accountOfVideo,
  type DrawnMockup,
  mockupOf,
  type Posters,
  previewOf,
  projectionNames,
  type Verification,
  type VideoLibrary,
} from '#videos';
import {
  AccountChanges,
  type ChangesFollower,
  type DeliveredVideo,
  FactStream as FactPort,
  type FollowedChanges,
  Gauges,
  Operations,
  type ParkedMessage,
  Parking,
  Positions,
  Readiness,
  ReadModels,
  RoomPreviews,
  VideoFiles,
} from './ports.js';

/** The edge's ports on what a process has behind it: each a few lines, named by what the edge asks for. */
export class LogPositions extends Positions {
  constructor(private readonly store: EventStore) {
    super();
  }
  encode(position: Position): string {
    return positionToken(this.store.logId, position);
  }
  decode(token: string): Position | undefined {
    return readPositionToken(this.store.logId, token);
  }
}

export class ProjectedReadModels extends ReadModels {
  constructor(private readonly progress: ProjectionProgress) {
    super();
  }
  async waitFor(position: Position, timeoutMs: number): Promise<boolean> {
    const passed = await Promise.all(projectionNames.map((name) => this.progress.waitFor(name, position, timeoutMs)));
    return !passed.includes(false);
  }
}

export class LogAccountChanges extends AccountChanges {
  constructor(
    private readonly parts: { readonly store: EventStore; readonly clock: MachineClock; readonly log: (message: string) => void },
  ) {
    super();
  }
  async follow({ changed, stopped }: ChangesFollower): Promise<FollowedChanges> {
    const head = await this.parts.store.head();
    const subscription = new Subscription({
      ...this.parts,
      name: 'credits streams',
      prefixes: [ACCOUNT_PREFIX],
      checkpoint: async () => head,
      handle: async (events, upTo) => {
        changed(new Set(events.map(({ stream }) => stream.slice(ACCOUNT_PREFIX.length))), upTo);
        return undefined;
      },
      onStopped: stopped,
    });
    subscription.start();
    const upTo = (): Position => (subscription.caughtUpTo() > head ? subscription.caughtUpTo() : head);
    return { upTo, stop: () => subscription.stop() };
  }
}

export class LogFacts extends FactPort {
  readonly #facts: FactStream;
  constructor(store: EventStore, clock: MachineClock) {
    super();
    this.#facts = new FactStream(store, clock);
  }
  read(after: Position, limit: number, waitMs: number, signal: AbortSignal): ReturnType<FactStream['read']> {
    return this.#facts.read(after, limit, waitMs, signal);
  }
}

export class LibraryFiles extends VideoFiles {
  constructor(
    private readonly library: VideoLibrary,
    private readonly posters: Posters,
  ) {
    super();
  }
  async find(videoId: string): Promise<DeliveredVideo | undefined> {
    const row = await this.library.row(videoId);
    if (!row) return undefined;
    const { accountId, title, file, bytes, sha256 } = row;
    return file === null || bytes === null || sha256 === null
      ? { accountId, title }
      : { accountId, title, mp4: { key: file, bytes, sha256 } };
  }
  poster(mp4: NonNullable<DeliveredVideo['mp4']>): Promise<string | undefined> {
    return this.posters.keyFor(mp4);
  }
}

export class CommittedPreviews extends RoomPreviews {
  read(roomId: string): Promise<Uint8Array | undefined> {
    return previewOf(roomId);
  }
  mockup(roomId: string): Promise<DrawnMockup | undefined> {
    return mockupOf(roomId);
  }
}

export class QueueParking extends Parking {
  constructor(private readonly queue: MessageQueue) {
    super();
  }
  async park(topic: string, event: ReceivedCloudEvent, refusal: Refusal): Promise<void> {
    const group = topic === topics.billing ? consumerGroups.billing : consumerGroups.renderResults;
    const message = toMessage(keyOf(event.data), event, event.data);
    await this.queue.park(topic, group, message, refusal.detail ?? refusal.code);
  }
}

/** The account that an event names, as the topic's key would; text of its own where it names none. */
function keyOf(data: unknown): string {
  const { accountId, videoId } = (typeof data === 'object' && data !== null ? data : {}) as {
    readonly accountId?: unknown;
    readonly videoId?: unknown;
  };
  if (typeof accountId === 'string') return accountId;
  return (typeof videoId === 'string' ? accountOfVideo(videoId) : undefined) ?? 'unknown';
}

export interface OperationsParts {
  readonly queue: MessageQueue;
  readonly verify: () => Promise<Verification>;
  /** Makes one read model anew beside the live one. */
  readonly rebuild: (projection: string) => Promise<void>;
}

export class ServiceOperations extends Operations {
  readonly #rebuilding = new Map<string, Promise<void>>();
  constructor(private readonly parts: OperationsParts) {
    super();
  }
  async parked(options: { readonly limit: number; readonly after?: string }): Promise<readonly ParkedMessage[]> {
    const parked = await this.parts.queue.parked(options);
    return parked.map(({ id, topic, group, key, reason, parkedAt, headers, body }) => {
      return { id, topic, group, key, reason, parkedAt: new Date(parkedAt).toISOString(), headers, body };
    });
  }
  replay(id: string): Promise<boolean> {
    return this.parts.queue.replay(id);
  }
  discard(id: string): Promise<boolean> {
    return this.parts.queue.discard(id);
  }
  verify(): Promise<Verification> {
    return this.parts.verify();
  }
  async rebuild(name?: string): Promise<{ readonly rebuilt: readonly string[] } | undefined> {
    const wanted = projectionNames.filter((projection) => name === undefined || projection === name);
    if (wanted.length === 0) return undefined;
    for (const projection of wanted) await this.#rebuilt(projection);
    return { rebuilt: wanted };
  }

  /** Who asks while a projection is being rebuilt waits for the end of that. */
  #rebuilt(projection: string): Promise<void> {
    const underWay = this.#rebuilding.get(projection);
    if (underWay) return underWay;
    const rebuild = this.parts.rebuild(projection).finally(() => this.#rebuilding.delete(projection));
    this.#rebuilding.set(projection, rebuild);
    return rebuild;
  }
}

export class ServiceReadiness extends Readiness {
  constructor(private readonly state: Pick<Readiness, 'obstacles' | 'away'>) {
    super();
  }
  obstacles(): Promise<readonly string[]> {
    return this.state.obstacles();
  }
  away(): Promise<readonly string[]> {
    return this.state.away();
  }
}

export class ServiceGauges extends Gauges {
  constructor(
    private readonly sources: readonly GaugeSource[],
    private readonly surroundings: { readonly clock: MachineClock; readonly log: (message: string) => void },
  ) {
    super();
  }
  read(): Promise<readonly Gauge[]> {
    return readGauges(this.sources, this.surroundings);
  }
}
