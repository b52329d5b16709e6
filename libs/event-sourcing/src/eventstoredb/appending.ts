import { type AppendResult, NO_STREAM as NO_STREAM_YET } from '@eventstore/db-client';
import type { NewEvent, Position } from '../event.js';
import { type AppendOutcome, NO_STREAM } from '../event-store.port.js';
import { described, isAnswer, outcomeOf, versionOf } from './append-answer.js';
import type { AppendLanes } from './append-lanes.js';
import type { ClientOwner } from './client-owner.js';
import type { Deadlines } from './deadlines.js';
import type { StoreLog } from './store-log.js';
import { proposed, type ProposedEvent } from './stored-event.js';
import type { SurvivingClient } from './surviving-client.js';

export interface AppendingOptions {
  readonly owner: ClientOwner;
  readonly lanes: AppendLanes;
  /** How long an append may go without an answer. The client's own deadline is ignored on this path. */
  readonly deadlines: Deadlines;
  readonly largestBytes: number;
  /** Where an event that was written stands in the log; undefined where the server does not show it. */
  readonly placeOf: (stream: string, version: number) => Promise<Position | undefined>;
  readonly log: StoreLog;
}

/** Appends that settle in bounded time, whatever the client does. */
export class Appending {
  constructor(private readonly options: AppendingOptions) {}

  /** One try. */
  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendOutcome> {
    const { owner, lanes, largestBytes } = this.options;
    const ready = proposed(stream, events, largestBytes);
    await lanes.enter();
    try {
      return await this.#send(await owner.get(), stream, expectedVersion, ready);
    } finally {
      lanes.leave();
    }
  }

  async #send(client: SurvivingClient, stream: string, expectedVersion: number, events: ProposedEvent[]): Promise<AppendOutcome> {
    const { owner, log } = this.options;
    let result: AppendResult;
    try {
      result = await this.#inTime(this.#begin(client, stream, expectedVersion, events));
      owner.answered(client);
    } catch (error) {
      if (isAnswer(error)) owner.answered(client);
      else owner.failed(client, described(error));
      const outcome = outcomeOf(error, stream);
      // The client's error for this has an empty message; what it knows is in its fields.
      if (outcome.kind === 'wrong-version') log.debug({ stream, expectedVersion, actualVersion: outcome.actualVersion }, 'wrong version');
      return outcome;
    }
    const version = versionOf(result, stream, expectedVersion + events.length);
    return this.#placed(stream, version, result.position?.commit);
  }

  async #begin(client: SurvivingClient, stream: string, expectedVersion: number, events: ProposedEvent[]): Promise<AppendResult> {
    if (!(await client.offersBatches()))
      throw new Error('the server does not say that it takes batches of appends (release 21.10 or later)');
    return client.client.appendToStream(stream, events, {
      expectedRevision: expectedVersion === NO_STREAM ? NO_STREAM_YET : BigInt(expectedVersion),
      requiresLeader: true,
      deadline: this.options.deadlines.ms,
    });
  }

  /** A server that repeats an old success may leave out where that was. */
  async #placed(stream: string, version: number, position: Position | undefined): Promise<AppendOutcome> {
    if (position !== undefined) return { kind: 'appended', version, position };
    try {
      const found = await this.options.placeOf(stream, version);
      if (found !== undefined) return { kind: 'appended', version, position: found };
      return { kind: 'unknown', reason: 'the event store does not show what it has written' };
    } catch (error) {
      return { kind: 'unknown', reason: `it is not known where in the log it was written: ${described(error)}` };
    }
  }

  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { deadlines } = this.options;
    return new Promise((resolve, reject) => {
      const stop = deadlines.start(() => reject(new Error(`no answer within ${deadlines.ms} ms`)));
      answer.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: Error) => {
          stop();
          reject(error);
        },
      );
    });
  }
}
