import { ShownGauges } from '#service';
import { Injectable } from '@nestjs/common';
import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { CreditsStreams } from '../live/credits-streams.js';
import { Gauges } from '../ports.js';

/** What Prometheus may know: the process, each route by status, and the gauges of the parts behind. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly requests: Histogram<'method' | 'route' | 'status'>;
  private readonly series = new Map<string, { observe(seconds: number): void }>();
  private readonly gauges = new ShownGauges(this.registry);
  private collectsDefaults = false;

  constructor(
    private readonly behind: Gauges,
    private readonly streams: CreditsStreams,
  ) {
    this.requests = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [this.registry],
    });
  }

  /** Counts one answered request. Series are looked up once each: finding one by its labels costs more than counting. */
  observe(method: string, route: string, status: number, seconds: number): void {
    const key = `${status}${method}${route}`;
    let series = this.series.get(key);
    if (series === undefined) {
      series = this.requests.labels({ method, route, status: String(status) });
      this.series.set(key, series);
    }
    series.observe(seconds);
  }

  async scrape(): Promise<{ readonly contentType: string; readonly text: string }> {
    if (!this.collectsDefaults) {
      // Watching the event loop and the collector costs something: only where somebody looks.
      this.collectsDefaults = true;
      collectDefaultMetrics({ register: this.registry });
    }
    this.gauges.show([...(await this.behind.read()), this.streams.gauge()]);
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}
