import type { AllotmentView, CloudEvent, CreditsView, LedgerLine, RenderJob, VideoView } from '#contracts';
import { randomUUID } from 'node:crypto';

/** A problem document and the facts that some codes carry. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly instance: string;
  readonly available?: number;
  readonly nextRenewalAt?: string | null;
  readonly support?: unknown;
  readonly reason?: string;
}

/** One answer of the service: status, headers and the JSON body (or the text where it is none). */
export interface Answered<T = Problem> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface VideoAnswer {
  readonly video: VideoView;
  readonly credits: CreditsView;
}

export interface GrantAnswer {
  readonly allotment: AllotmentView;
  readonly credits: CreditsView;
}

/** What every fact about credits carries, and what some do. */
export interface FactData {
  readonly accountId: string;
  readonly at: string;
  readonly cause?: string;
  readonly allotmentId?: string;
  readonly credits?: number;
  readonly videoId?: string;
  readonly available?: number;
}

interface Listed<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Asked {
  readonly body?: unknown;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Breaks the request off, or its answer. */
  readonly signal?: AbortSignal;
}

type More = Readonly<Record<string, unknown>>;

/** What stands between a client and a service of several processes: it says who is asked, and hears what was answered. */
export interface Network {
  /** Where the next request goes, once whoever is there may be asked it. */
  address(method: string, path: string): Promise<string>;
  /** An answer of the process at `address`; its effects are to be seen wherever the next request goes. */
  answered(method: string, path: string, address: string, answer: Answered<unknown>): Promise<void>;
}

/** Speaks to a running service with one API key, as any other system would. */
export class Client {
  constructor(
    readonly base: string,
    readonly token: string | undefined,
    protected readonly network?: Network,
  ) {}

  /** The same service, asked with another key, or with none. */
  as(token: string | undefined): Client {
    return new Client(this.base, token);
  }

  async ask<T = Problem>(method: string, path: string, asked: Asked = {}): Promise<Answered<T>> {
    const response = await this.send(method, path, asked);
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    const answered = { status: response.status, headers: response.headers, body: (json && text !== '' ? JSON.parse(text) : text) as T };
    await this.network?.answered(method, path, new URL(response.url).origin, answered);
    return answered;
  }

  /** A string, form or bytes go as they are, anything else as JSON. */
  async send(method: string, path: string, { body, key, headers, signal }: Asked = {}): Promise<Response> {
    const raw = body === undefined || typeof body === 'string' || body instanceof FormData || body instanceof Uint8Array;
    const address = path.startsWith('http') ? '' : ((await this.network?.address(method, path)) ?? this.base);
    return fetch(`${address}${path}`, {
      method,
      ...(signal === undefined ? {} : { signal }),
      headers: {
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        ...(raw ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body) }),
    });
  }

  get<T = Problem>(path: string, asked?: Asked): Promise<Answered<T>> {
    return this.ask<T>('GET', path, asked);
  }

  post<T = Problem>(path: string, body?: unknown, asked: Asked = {}): Promise<Answered<T>> {
    return this.ask<T>('POST', path, { ...asked, ...(body === undefined ? {} : { body }) });
  }

  /** What the account has; after the given position where one is named. */
  async credits(accountId: string, after?: string): Promise<CreditsView> {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    return expectStatus(200, await this.get<CreditsView>(`/v1/accounts/${accountId}/credits${query}`));
  }

  grant(accountId: string, credits: number, more: More = {}, key: string = randomUUID()): Promise<Answered<GrantAnswer & Problem>> {
    const body = { credits, source: 'purchase', reason: 'ordered by telephone', ...more };
    return this.post(`/v1/accounts/${accountId}/grants`, body, { key });
  }

  /** Uploads a picture and tells its id. */
  async artwork(accountId: string, picture: Uint8Array): Promise<string> {
    const form = new FormData();
    form.set('accountId', accountId);
    form.set('file', new Blob([new Uint8Array(picture)], { type: 'image/png' }), 'artwork.png');
    return expectStatus(201, await this.ask<{ artworkId: string }>('POST', '/v1/artworks', { body: form })).artworkId;
  }

  createVideo(accountId: string, artworkId: string, key: string = randomUUID(), more: More = {}): Promise<Answered<VideoAnswer & Problem>> {
    return this.post('/v1/videos', { accountId, artworkId, roomId: 'living-room', ...more }, { key });
  }

  async video(videoId: string, after?: string): Promise<VideoView> {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    return expectStatus(200, await this.get<VideoView>(`/v1/videos/${videoId}${query}`));
  }

  /** Sends one billing event. */
  billing(type: string, data: More, id: string = randomUUID()): Promise<Answered<{ position: string } & Problem>> {
    return this.post('/v1/billing-events', { specversion: '1.0', id, source: '/billing', type, data });
  }

  /** Moves the test clock and tells its instant. */
  async clock(to: { readonly now: string } | { readonly advance: string }): Promise<string> {
    return expectStatus(200, await this.post<{ now: string }>('/v1/test-clock', to)).now;
  }

  /** All items of a list, page by page. */
  async all<T>(path: string, limit = 100): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const place: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Listed<T> = expectStatus(
        200,
        await this.get<Listed<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${place}`),
      );
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** Newest first. */
  ledger(accountId: string, limit?: number): Promise<LedgerLine[]> {
    return this.all(`/v1/accounts/${accountId}/ledger`, limit);
  }

  /** Every published fact from the first, as analytics would pull them. */
  async facts(limit = 100): Promise<CloudEvent<FactData>[]> {
    const items: CloudEvent<FactData>[] = [];
    for (let after = ''; ; ) {
      const place: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`;
      const page = expectStatus(200, await this.get<{ items: CloudEvent<FactData>[]; next: string }>(`/v1/events?limit=${limit}${place}`));
      if (page.items.length === 0) return items;
      items.push(...page.items);
      after = page.next;
    }
  }

  /** Makes an API key with these scopes and tells its token. */
  async newKey(scopes: readonly string[]): Promise<string> {
    return expectStatus(201, await this.post<{ token: string }>('/v1/ops/keys', { name: scopes.join(' ') || 'none', scopes })).token;
  }

  /** One render job for a worker, or undefined where there is none within the wait. */
  async claim(workerId: string, waitMs: number): Promise<RenderJob | undefined> {
    const answered = await this.post<RenderJob>('/v1/render-jobs/claim', { workerId, waitMs });
    return answered.status === 204 ? undefined : expectStatus(200, answered);
  }
}

/** The body of an answer that must have this status. */
export function expectStatus<T>(status: number, answered: Answered<T>): T {
  if (answered.status !== status) throw new Error(`expected ${status}, got ${answered.status}: ${JSON.stringify(answered.body)}`);
  return answered.body;
}
