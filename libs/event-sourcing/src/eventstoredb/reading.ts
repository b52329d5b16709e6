import { ErrorType, type StreamingRead } from '@eventstore/db-client';
import { EngineUnavailableError } from '../engine-unavailable.js';
import { described, refusalOf } from './append-answer.js';
import type { ClientOwner } from './client-owner.js';
import type { Deadlines } from './deadlines.js';
import type { StoreLog } from './store-log.js';
import type { SurvivingClient } from './surviving-client.js';

/** Reads that end: with all that was asked for, or with EngineUnavailableError. The client's own reads may never do either. */
export class Reading {
  constructor(
    private readonly owner: ClientOwner,
    /** How long a read may go without a sign of life. */
    private readonly deadlines: Deadlines,
    private readonly log: StoreLog,
  ) {}

  /** All that the read gives, in memory: `begin` bounds it. Empty for a stream that does not exist. */
  async all<T>(what: string, begin: (client: SurvivingClient['client']) => StreamingRead<T>): Promise<readonly T[]> {
    const client = await this.owner.get();
    try {
      const read = await this.#collect(client, begin(client.client));
      this.owner.answered(client);
      return read;
    } catch (error) {
      if (typeOf(error) === ErrorType.STREAM_NOT_FOUND) {
        this.owner.answered(client);
        return [];
      }
      const refusal = refusalOf(error, what);
      if (refusal !== undefined) throw refusal;
      this.owner.failed(client, described(error));
      throw new EngineUnavailableError(`the event store did not give ${what}: ${described(error)}`, { cause: error });
    }
  }

  #collect<T>({ retired }: SurvivingClient, stream: StreamingRead<T>): Promise<readonly T[]> {
    return new Promise((resolve, reject) => {
      const items: T[] = [];
      let seen = 0;
      const fail = (error: unknown) => {
        settle();
        // A read that was not drained is called off, or its call stays open for ever.
        stream.cancel().catch((failure: unknown) => this.log.debug({ failure: String(failure) }, 'a read could not be called off'));
        reject(error instanceof Error ? error : new Error(String(error)));
      };
      const stopWatch = { stop: this.deadlines.start(() => passed()) };
      const passed = () => {
        if (items.length === seen) return fail(new Error(`no answer within ${this.deadlines.ms} ms`));
        seen = items.length;
        stopWatch.stop = this.deadlines.start(passed);
      };
      const givenUp = () => fail(new Error('the client was replaced meanwhile'));
      const settle = () => {
        stopWatch.stop();
        retired.removeEventListener('abort', givenUp);
      };
      retired.addEventListener('abort', givenUp);
      // Listeners stay attached after the end: an error that comes late must find one.
      stream.on('error', fail);
      stream.on('data', (item: T) => items.push(item));
      stream.on('end', () => {
        settle();
        resolve(items);
      });
    });
  }
}

function typeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'type' in error ? error.type : undefined;
}
