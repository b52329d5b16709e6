import type { CreditsView, RoomMockup, RoomView, SessionView } from '#contracts';
import { type ApiAccess, CreditsApi, type VideoAndCredits } from './credits-api.js';
import { type Connection, LiveCredits } from './live-credits.js';
import type { Refused } from './problems.js';
import { type VideoList, headSize, isInProgress, unreadVideos, withHead, withMore, withVideo } from './video-list.js';

/** What a page knows of an account; null is "not yet". */
export interface AccountState extends VideoList {
  readonly connection: Connection;
  /** Why nothing will come; only while `connection` is `refused`. */
  readonly refusal: Refused | null;
  readonly credits: CreditsView | null;
  /** How to reach support, as the operator has set it. */
  readonly supportContact: string | null;
  /** The list could not be read; it is tried again. */
  readonly videosAway: boolean;
}

export interface AccountAccess extends ApiAccess {
  readonly accountId: string;
}

const pageSize = 12;
/** While something is in progress and the page is seen, the list is read this often, ms: progress in percent is no credit's change. */
const progressMs = 1_000;
/** Addresses of pictures and videos end after an hour; a list that stands still is read again before that, ms. */
const stillMs = 20 * 60_000;
/** After a failed reading the next waits longer, ms. */
const awayMs = 4_000;

const accounts = new Map<string, AccountLive>();

/**
 * The account as all elements of a page share it: one stream, one list, however many ask. It lives while somebody listens.
 */
export function liveAccount({ baseUrl, token, accountId }: AccountAccess): AccountLive {
  const name = JSON.stringify([baseUrl, accountId, token]);
  const known = accounts.get(name);
  if (known !== undefined) return known;
  const made = new AccountLive(new CreditsApi({ baseUrl, token }), accountId, () => accounts.delete(name));
  accounts.set(name, made);
  return made;
}

export class AccountLive {
  state: AccountState = {
    ...unreadVideos,
    connection: 'connecting',
    refusal: null,
    credits: null,
    supportContact: null,
    videosAway: false,
  };
  /** Artworks that this page has sent, by their id: a card can show one while its video is being made. */
  readonly artworks = new Map<string, { readonly url: string; readonly width: number; readonly height: number }>();
  private readonly asked = new Map<string, Promise<unknown>>();
  private readonly listeners = new Set<(state: AccountState) => void>();
  private readonly live: LiveCredits;
  private videosWanted = false;
  private exhausted = false;
  private refusalTold = false;
  private reading = false;
  private readAgain = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly seen = () => document.visibilityState === 'visible' && this.videosWanted && this.read();

  constructor(
    readonly api: CreditsApi,
    readonly accountId: string,
    private readonly gone: () => void,
  ) {
    this.live = new LiveCredits(api, accountId, {
      credits: (credits) => this.changed(credits),
      connection: (connection, refusal) => this.set({ connection, refusal }),
    });
    document.addEventListener('visibilitychange', this.seen);
    api.session().then(
      ({ supportContact }: SessionView) => this.set({ supportContact }),
      // Where to get help is an addition: without it the sentence leaves it out.
      () => this.set({ supportContact: null }),
    );
  }

  /** Calls back at every change until the returned function is called. */
  listen(listener: (state: AccountState) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      // An element that moves in the page leaves and comes back within one task.
      queueMicrotask(() => this.listeners.size === 0 && this.close());
    };
  }

  /** From now on the list of videos is read too, and kept fresh. */
  wantVideos(): void {
    if (this.videosWanted) return;
    this.videosWanted = true;
    this.read();
  }

  /** The rooms on offer; asked for once, so that their pictures have one address and are loaded once. */
  rooms(): Promise<readonly RoomView[]> {
    return this.once('rooms', async () => (await this.api.rooms()).items);
  }

  /** How artworks hang in a room; asked for once. */
  mockup(roomId: string): Promise<RoomMockup> {
    return this.once(`mockup ${roomId}`, () => this.api.mockup(roomId));
  }

  /** Reads the next page of older creations. Rejects as the client does. */
  async moreVideos(): Promise<void> {
    const { nextCursor } = this.state;
    if (nextCursor === null) return;
    const page = await this.api.videos(this.accountId, { limit: pageSize, cursor: nextCursor });
    this.set(withMore(this.state, page));
  }

  /**
   * What a command has answered is shown at once. Its credits are those of the moment it was first decided, so where the stream is
   * open, the stream alone says how many there are now.
   */
  took({ video, credits }: VideoAndCredits): void {
    this.set(withVideo(this.state, video));
    if (this.state.connection !== 'live') this.set({ credits });
    if (this.videosWanted) this.read(credits.position);
  }

  /** True once each time the last credit goes, for whoever asks first: however many elements there are, the page hears of it once. */
  claimExhausted(): boolean {
    const claimed = this.exhausted;
    this.exhausted = false;
    return claimed;
  }

  /** True once when the service has refused for good, for whoever asks first. */
  claimRefusal(): boolean {
    const claimed = this.state.connection === 'refused' && !this.refusalTold;
    this.refusalTold ||= claimed;
    return claimed;
  }

  private once<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const known = this.asked.get(name);
    if (known !== undefined) return known as Promise<T>;
    const asked = ask();
    this.asked.set(name, asked);
    // A failure is told to whoever asked, and the next may ask again.
    asked.catch(() => this.asked.delete(name));
    return asked;
  }

  private close(): void {
    this.gone();
    this.live.close();
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.seen);
  }

  private changed(credits: CreditsView): void {
    this.set({ credits });
    if (this.videosWanted) this.read();
  }

  private set(change: Partial<AccountState>): void {
    const before = this.state.credits?.available ?? 0;
    if (before > 0 && change.credits?.available === 0) this.exhausted = true;
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener(this.state);
  }

  /** One reading at a time; a wish during one is remembered. */
  private read(after: string | null = this.state.credits?.position ?? null): void {
    if (this.reading) {
      this.readAgain = true;
      return;
    }
    this.reading = true;
    this.readAgain = false;
    clearTimeout(this.timer);
    this.api
      .videos(this.accountId, { limit: headSize(this.state, pageSize), after })
      .then(
        (page) => this.set({ ...withHead(this.state, page), videosAway: false }),
        () => this.set({ videosAway: true }),
      )
      .finally(() => {
        this.reading = false;
        this.planReading();
      });
  }

  private planReading(): void {
    if (this.readAgain) return this.read();
    if (this.listeners.size === 0 || document.visibilityState === 'hidden') return;
    const { videosAway, videos, connection } = this.state;
    if (connection === 'refused') return;
    if (videosAway) this.timer = setTimeout(() => this.read(), awayMs);
    else this.timer = setTimeout(() => this.read(), videos?.some(isInProgress) === true ? progressMs : stillMs);
  }
}
