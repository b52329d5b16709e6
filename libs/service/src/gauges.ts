import { consumerGroups, topics } from '#contracts';
import type { EventStore, MachineClock, Position } from '#event-sourcing';
import type { MessageQueue } from '#messaging';
import { Gauge as Series, type Registry } from 'prom-client';

/** A figure as it stands at a scrape. */
export interface Gauge {
  /** Prometheus name, with its unit last. */
  readonly name: string;
  readonly help: string;
  readonly values: readonly { readonly labels?: { readonly [label: string]: string }; readonly value: number }[];
}

/** Figures that are read together, of one engine or of none. */
export type GaugeSource = () => Promise<readonly Gauge[]>;

/** A source that takes longer is left out of that scrape, ms. */
const SOURCE_MS = 3_000;

/** What several sources have now. One whose engine is away, or does not answer in time, is left out and told of: the others are worth having. */
export async function readGauges(
  sources: readonly GaugeSource[],
  { clock, log }: { readonly clock: MachineClock; readonly log: (message: string) => void },
): Promise<readonly Gauge[]> {
  const read = sources.map(async (source) => {
    const over = new AbortController();
    const late = clock.sleep(SOURCE_MS, over.signal).then(() => {
      throw new Error(`no answer within ${SOURCE_MS} ms`);
    });
    try {
      return await Promise.race([source(), late]);
    } catch (error) {
      log(`metrics: some cannot be read now: ${String(error)}`);
      return [];
    } finally {
      over.abort();
      await late.catch(() => undefined);
    }
  });
  return (await Promise.all(read)).flat();
}

/** How far the log has come, and how far behind its end each of these subscriptions is. */
export async function logGauges(store: Pick<EventStore, 'head'>, subscriptions: ReadonlyMap<string, Position>): Promise<readonly Gauge[]> {
  const head = await store.head();
  const lags = [...subscriptions].map(([subscription, upTo]) => ({
    labels: { subscription },
    value: Number(head > upTo ? head - upTo : 0n),
  }));
  return [
    { name: 'video_credits_log_head_position', help: 'Position of the last event in the log', values: [{ value: Number(head) }] },
    { name: 'video_credits_subscription_lag_positions', help: 'How far a subscription is behind the end of the log', values: lags },
  ];
}

/** At most so many parked messages are counted: more are trouble enough. */
const PARKED_COUNTED = 1_000;

/** What waits on the topics that this service consumes, and what was set aside. */
export async function queueGauges(queue: Pick<MessageQueue, 'lag' | 'parked'>): Promise<readonly Gauge[]> {
  const consumed = [
    [topics.billing, consumerGroups.billing],
    [topics.renderResults, consumerGroups.renderResults],
    [topics.renderJobs, consumerGroups.renderJobs],
  ] as const;
  const lags = await Promise.all(
    consumed.map(async ([topic, group]) => ({ labels: { topic, group }, value: await queue.lag(topic, group) })),
  );
  const parked = await queue.parked({ limit: PARKED_COUNTED });
  return [
    { name: 'video_credits_queue_lag_messages', help: 'Messages published and not yet finished by the group', values: lags },
    { name: 'video_credits_parked_messages', help: `Messages set aside, up to ${PARKED_COUNTED}`, values: [{ value: parked.length }] },
  ];
}

/** Shows gauges in a registry, as they were last read. */
export class ShownGauges {
  readonly #series = new Map<string, Series>();

  constructor(private readonly registry: Registry) {}

  show(gauges: readonly Gauge[]): void {
    // What could not be read is not shown as it once was.
    for (const series of this.#series.values()) series.reset();
    for (const { name, help, values } of gauges) {
      let series = this.#series.get(name);
      // Which labels it has is known from its first values.
      if (series === undefined && values.length === 0) continue;
      if (series === undefined) {
        series = new Series({ name, help, labelNames: Object.keys(values[0]?.labels ?? {}), registers: [this.registry] });
        this.#series.set(name, series);
      }
      for (const { labels = {}, value } of values) series.set(labels, value);
    }
  }
}
