import {
  type AllStreamSubscription,
  type EventData,
  type EventStoreDBClient,
  jsonEvent,
  type Position,
  streamNameFilter,
  type SubscribeToAllOptions,
} from '@eventstore/db-client';
import { eventually } from '../kit/until.js';

/** What the tests of the double say to it and hear from it, through the raw client. */

const DEADLINE_MS = 20_000;

/** Waits until something has come about, 20 s at most. */
export const until = (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => eventually(what, DEADLINE_MS, holds);

export const event = (n: number, id?: string): EventData =>
  jsonEvent({ ...(id === undefined ? {} : { id }), type: 'Counted', data: { n }, metadata: { $causationId: 'c' } });

export interface Seen {
  stream: string;
  type: string;
  revision: bigint;
  position: Position;
  data: unknown;
}

interface Heard {
  event?: { streamId: string; type: string; revision: bigint; position?: Position; data: unknown };
}

export function seen({ event: recorded }: Heard): Seen {
  if (!recorded?.position) throw new Error('An event without a position.');
  const { streamId, type, revision, position, data } = recorded;
  return { stream: streamId, type, revision, position, data };
}

export async function all(read: AsyncIterable<Heard>): Promise<Seen[]> {
  const heard: Seen[] = [];
  for await (const one of read) heard.push(seen(one));
  return heard;
}

/** What an append or a read fails with; it is a failure of the test if it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Record<string, unknown>;
  }
  throw new Error('It did not fail.');
}

/** A subscription that writes down everything it hears, in the order in which it hears it. */
export class Listener {
  readonly heard: (Seen | 'confirmation' | 'caughtUp' | 'fellBehind' | { checkpoint: bigint } | { error: unknown } | 'end')[] = [];

  constructor(readonly subscription: AllStreamSubscription) {
    for (const sign of ['confirmation', 'caughtUp', 'fellBehind', 'end'] as const) subscription.on(sign, () => this.heard.push(sign));
    subscription.on('error', (error: unknown) => this.heard.push({ error }));
    subscription.on('data', (one: Heard) => this.heard.push(seen(one)));
  }

  static toAll(client: EventStoreDBClient, prefix: string, options: SubscribeToAllOptions & { window?: number } = {}): Listener {
    const { window = 32, ...rest } = options;
    const filter = streamNameFilter({
      prefixes: [prefix],
      maxSearchWindow: window,
      checkpointReached: async (_, { commit }) => void listener.heard.push({ checkpoint: commit }),
    });
    const listener = new Listener(client.subscribeToAll({ ...rest, filter }));
    return listener;
  }

  get events(): Seen[] {
    return this.heard.filter((one): one is Seen => typeof one === 'object' && 'stream' in one);
  }

  get checkpoints(): bigint[] {
    return this.heard.flatMap((one) => (typeof one === 'object' && 'checkpoint' in one ? [one.checkpoint] : []));
  }

  get errors(): unknown[] {
    return this.heard.flatMap((one) => (typeof one === 'object' && 'error' in one ? [one.error] : []));
  }

  count(sign: 'confirmation' | 'caughtUp' | 'fellBehind' | 'end'): number {
    return this.heard.filter((one) => one === sign).length;
  }

  caughtUp(): Promise<void> {
    return until('the subscription has caught up', () => this.count('caughtUp') > 0);
  }
}
