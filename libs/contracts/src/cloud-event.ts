/** CloudEvents 1.0, structured mode, with JSON data. */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly data: Data;
}

/** A fact that this product publishes; its subject is the account, which is the message's key. */
export interface PublishedFact<Data = unknown> extends CloudEvent<Data> {
  readonly subject: string;
}

export const topics = {
  billing: 'billing.subscriptions',
  renderJobs: 'videos.render-jobs',
  renderResults: 'videos.render-results',
  creditEvents: 'credits.events',
  creditBalances: 'credits.balances',
} as const;

/** The consumer groups of this service's own handlers; what they park lies under these names. */
export const consumerGroups = { billing: 'renewal-saga', renderResults: 'render-results', renderJobs: 'render-workers' } as const;

/** The data of `videos.render.approved`: everything a worker needs. */
export interface RenderJob {
  readonly videoId: string;
  readonly accountId: string;
  readonly attempt: number;
  readonly roomId: string;
  readonly artworkId: string;
  readonly artworkUrl: string;
  readonly uploadUrl: string;
  readonly output: {
    readonly width: number;
    readonly height: number;
    readonly fps: number;
    readonly durationMs: number;
    readonly format: 'mp4';
  };
  readonly leaseMs: number;
}

/** Every job asks for this. */
export const renderOutput = { width: 1280, height: 720, fps: 30, durationMs: 4000, format: 'mp4' } as const;
