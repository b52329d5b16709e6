import { setMaxListeners } from 'node:events';
import { EventStoreDBClient } from '@eventstore/db-client';
import type { MachineClock } from '../clock.port.js';
import { EngineUnavailableError } from '../engine-unavailable.js';
import type { StoreLog } from './store-log.js';

/** How long the streams of a client that is given up may take to end, in milliseconds. */
const RETIRE_MS = 2_000;
/** The call by which appends share one stream; servers before 21.10 do not have it. */
const BATCH_APPEND = { path: '/event_store.client.streams.Streams/BatchAppend' };

interface CallStream {
  emit(event: string | symbol, ...args: unknown[]): boolean;
  write?(message: unknown): boolean;
}
interface Channel {
  close(): void;
}
interface GrpcClient {
  getChannel(): Channel;
}
type Creator = (grpc: GrpcClient) => CallStream | Promise<CallStream>;

/** What is inside the client and must be held on to. Release 6.2.1 is the last one: this does not change any more. */
interface ClientInside {
  GRPCStreamCreator: (service: unknown, name: string, creator: Creator, cache?: unknown) => () => Promise<CallStream>;
  handleError: (grpc: GrpcClient, error: Error) => Promise<void>;
  supports: (method: { readonly path: string }) => Promise<boolean>;
}

/**
 * A client that cannot end the process, and that can be given up. Left alone, it does so in four ways, all in places that no caller can
 * reach:
 *
 * - an answer to an append that its table no longer holds (the table is one for all streams of the process, and an error on any of
 *   them empties it) throws in the listener of the batch stream;
 * - appends that wait for the batch stream to take more are rejected inside a promise that nobody holds when that stream fails;
 * - a reconnection that fails rejects a promise that nobody holds;
 * - an error on a read that was left early is emitted where nobody listens.
 *
 * Therefore every stream that it creates is given an `emit` that lets nothing out, the batch stream takes all that is written (the
 * number of appends in flight is bounded elsewhere), and the reconnection's failure is logged.
 */
export class SurvivingClient {
  readonly client: EventStoreDBClient;
  readonly #inside: ClientInside;
  readonly #retiring = new AbortController();
  #channel: Channel | undefined;
  #offersBatches = false;

  constructor(
    connectionString: string,
    private readonly clock: MachineClock,
    private readonly log: StoreLog,
  ) {
    // Every read under way listens.
    setMaxListeners(0, this.#retiring.signal);
    this.client = EventStoreDBClient.connectionString(connectionString);
    this.#inside = this.client as unknown as ClientInside;
    this.#hold();
  }

  /** Aborts when this client is given up: whatever it was asked for is then answered no more. */
  get retired(): AbortSignal {
    return this.#retiring.signal;
  }

  /** Whether the server takes appends over one stream. Asked once; rejects where the question fails, and then for good. */
  async offersBatches(): Promise<boolean> {
    this.#offersBatches ||= await this.#inside.supports(BATCH_APPEND);
    return this.#offersBatches;
  }

  /** Ends its streams, closes its connection, and lets it begin nothing new. */
  async retire(): Promise<void> {
    if (this.retired.aborted) return;
    this.#retiring.abort();
    const disposed = new AbortController();
    await Promise.race([this.client.dispose(), this.clock.sleep(RETIRE_MS, disposed.signal)]);
    disposed.abort();
    this.#channel?.close();
  }

  #hold(): void {
    const inside = this.#inside;
    const { GRPCStreamCreator: create, handleError } = inside;
    if (typeof create !== 'function' || typeof handleError !== 'function' || typeof inside.supports !== 'function')
      throw new Error('this is not release 6.2.1 of @eventstore/db-client: what the adapter must guard is not where it was');
    inside.GRPCStreamCreator = (service, name, creator, cache) => {
      const begin = create(service, name, async (grpc) => this.#guard(name, grpc, await creator(grpc)), cache);
      return async () => {
        if (this.retired.aborted) throw new EngineUnavailableError('this client was given up');
        return begin();
      };
    };
    inside.handleError = async (grpc, error) => {
      try {
        await handleError(grpc, error);
      } catch (failure) {
        this.log.warn({ error: String(failure) }, 'the event store could not be reached again');
      }
    };
  }

  #guard(name: string, grpc: GrpcClient, stream: CallStream): CallStream {
    this.#channel = grpc.getChannel();
    const emit = stream.emit.bind(stream);
    stream.emit = (event, ...args) => {
      try {
        return emit(event, ...args);
      } catch (failure) {
        this.log.debug({ call: name, event: String(event), failure: String(failure) }, 'the client had no place for what the server sent');
        return true;
      }
    };
    const write = name === 'appendToStream' ? stream.write?.bind(stream) : undefined;
    if (write !== undefined) {
      stream.write = (message) => {
        write(message);
        return true;
      };
    }
    return stream;
  }
}
