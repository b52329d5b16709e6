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

export const topics = {
  billing: 'billing.subscriptions',
  renderJobs: 'videos.render-jobs',
  renderResults: 'videos.render-results',
  creditEvents: 'credits.events',
  creditBalances: 'credits.balances',
} as const;

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
