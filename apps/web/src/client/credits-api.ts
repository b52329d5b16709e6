import type { CreditsView, LedgerLine, Page, RoomMockup, RoomView, SessionView, VideoView } from '#contracts';
import { ConnectionLost, refusalIn } from './problems.js';

/** Where the service is and who asks. Without a token the page's own cookie speaks, on the same origin alone. */
export interface ApiAccess {
  /** Origin of the service, without a slash at its end. */
  readonly baseUrl: string;
  readonly token: string | null;
}

export interface ArtworkView {
  readonly artworkId: string;
  readonly width: number;
  readonly height: number;
}

/** What a command about a video answers. */
export interface VideoAndCredits {
  readonly video: VideoView;
  readonly credits: CreditsView;
}

export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string | null;
  readonly after?: string | null;
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

/** How long a request may take, ms; after it the connection counts as lost. Uploads may take longer. */
const answerMs = 20_000;
const uploadMs = 120_000;

/** The HTTP interface, as much of it as people need. Everything rejects with `Refused` or `ConnectionLost`. */
export class CreditsApi {
  constructor(readonly access: ApiAccess) {}

  credits(accountId: string): Promise<CreditsView> {
    return this.get(`/v1/accounts/${encodeURIComponent(accountId)}/credits`);
  }

  /** The stream of server-sent events, opened; it ends with `signal` or when the service closes it. */
  async creditsStream(accountId: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const path = `/v1/accounts/${encodeURIComponent(accountId)}/credits/stream`;
    const response = await this.send(path, { headers: { accept: 'text/event-stream' }, cache: 'no-store', signal });
    if (response.body === null) throw new ConnectionLost();
    return response.body;
  }

  ledger(accountId: string, query: PageQuery): Promise<Page<LedgerLine>> {
    return this.get(`/v1/accounts/${encodeURIComponent(accountId)}/ledger`, { ...query });
  }

  videos(accountId: string, query: PageQuery): Promise<Page<VideoView>> {
    return this.get('/v1/videos', { accountId, ...query });
  }

  rooms(): Promise<{ readonly items: readonly RoomView[] }> {
    return this.get('/v1/rooms');
  }

  mockup(roomId: string): Promise<RoomMockup> {
    return this.get(`/v1/rooms/${encodeURIComponent(roomId)}/mockup`);
  }

  session(): Promise<SessionView> {
    return this.get('/v1/session');
  }

  /** `key` names the intent: the same key never uses a second credit. */
  createVideo(
    video: { readonly accountId: string; readonly roomId: string; readonly artworkId: string; readonly title: string | null },
    key: string,
  ): Promise<VideoAndCredits> {
    return this.post('/v1/videos', video, { 'idempotency-key': key });
  }

  cancelVideo(videoId: string): Promise<VideoAndCredits> {
    return this.post(`/v1/videos/${encodeURIComponent(videoId)}/cancel`);
  }

  async uploadArtwork(accountId: string, file: Blob): Promise<ArtworkView> {
    const body = new FormData();
    body.append('accountId', accountId);
    body.append('file', file, 'artwork');
    return this.answer(await this.send('/v1/artworks', { method: 'POST', body, signal: AbortSignal.timeout(uploadMs) }));
  }

  /** Anything else of the interface, as JSON. */
  async get<T>(path: string, query: Query = {}): Promise<T> {
    const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return this.answer(await this.send(search === '' ? path : `${path}?${search}`, { signal: AbortSignal.timeout(answerMs) }));
  }

  async post<T>(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
    return this.answer(await this.send(path, { method: 'POST', headers, ...sent, signal: AbortSignal.timeout(answerMs) }));
  }

  private async send(path: string, init: RequestInit): Promise<Response> {
    const { baseUrl, token } = this.access;
    const headers = { ...(init.headers as Record<string, string>), ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const credentials = token === null ? 'same-origin' : 'omit';
    const response = await fetch(baseUrl + path, { ...init, headers, credentials }).catch((error: unknown) => {
      throw new ConnectionLost(error instanceof Error ? error.message : '', { cause: error });
    });
    if (!response.ok) throw await refusalIn(response);
    return response;
  }

  private async answer<T>(response: Response): Promise<T> {
    try {
      return (await response.json()) as T;
    } catch (error) {
      // The status came, the body did not: as good as no answer.
      throw new ConnectionLost('', { cause: error });
    }
  }
}
