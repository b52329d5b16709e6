import type { RoomMockup, RoomView } from '#contracts';
import { type Trouble, troubleOf } from '../words/troubles.js';
import type { AccountLive } from './account-live.js';
import type { VideoAndCredits } from './credits-api.js';
import { Intents, randomKey } from './intent.js';
import { faultOfFile, faultOfPixels, type PictureFault } from './picture-check.js';
import { ConnectionLost, Refused } from './problems.js';

/** An artwork chosen on this page. */
export interface ChosenArtwork {
  /** Of the file as it lies here, good while the page lives. */
  readonly url: string;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly file: File;
  /** What the service calls it; null until it has arrived there. */
  artworkId: string | null;
  sending: Promise<string> | null;
}

/** How often one wish is sent before somebody is asked; the key makes repeating harmless. */
const tries = 3;
const betweenTriesMs = 1_200;
const second = 1_000;

const faults: Readonly<Record<PictureFault, Trouble['name']>> = {
  'not-a-picture': 'notAPicture',
  'too-heavy': 'tooHeavy',
  'too-many-pixels': 'tooManyPixels',
};

/**
 * What somebody puts together in the pop-up: artwork, room, title. Pictures are sent as soon as they are chosen, so that creating is
 * one short request; and the same wish keeps its key until it has succeeded.
 */
export class VideoOrder {
  artworks: ChosenArtwork[] = [];
  artwork: ChosenArtwork | null = null;
  rooms: readonly RoomView[] | null = null;
  roomId: string | null = null;
  mockup: RoomMockup | null = null;
  title = '';
  sending = false;
  trouble: Trouble | null = null;
  private readonly intents = new Intents(randomKey);

  /** `live` is the account as it is at each moment: a host may bring a fresh token. `changed` is called whenever something here changes. */
  constructor(private readonly from: { readonly live: () => AccountLive; readonly changed: () => void }) {}

  /** Reads the rooms and, one after the other, how artworks hang in them. */
  async open(): Promise<void> {
    // What can be tried again is still to be said; a wrong file is forgotten.
    if (this.trouble?.again !== true) this.set({ trouble: null });
    try {
      if (this.rooms === null) {
        const items = await this.from.live().rooms();
        this.set({ rooms: items, roomId: this.roomId ?? items[0]?.roomId ?? null });
      }
      await this.see(this.roomId);
      for (const { roomId } of this.rooms ?? []) await this.see(roomId);
    } catch (error) {
      this.set({ trouble: troubleOf(error, 'read') });
    }
  }

  /** Another account: the files may stay, what the other account was told of them may not. */
  startOver(): void {
    for (const artwork of this.artworks) artwork.artworkId = null;
    this.title = '';
    this.set({ trouble: null });
  }

  chooseRoom(roomId: string): void {
    this.set({ roomId, trouble: null });
    this.see(roomId).catch((error: unknown) => this.set({ trouble: troubleOf(error, 'read') }));
  }

  chooseTitle(title: string): void {
    this.title = title;
  }

  chooseArtwork(artwork: ChosenArtwork): void {
    this.set({ artwork, trouble: null });
  }

  /** Takes a file, shows it at once, and sends it. */
  async chooseFile(file: File): Promise<void> {
    const fault = faultOfFile(file);
    if (fault !== null) return this.set({ trouble: { name: faults[fault], again: false } });
    const known = this.artworks.find(
      (one) => one.file.name === file.name && one.file.size === file.size && one.file.lastModified === file.lastModified,
    );
    if (known !== undefined) return this.chooseArtwork(known);
    const url = URL.createObjectURL(file);
    const size = await sizeOf(url);
    const pixels = size === null ? null : faultOfPixels(size);
    if (size === null || pixels !== null) {
      URL.revokeObjectURL(url);
      return this.set({ trouble: { name: pixels === null ? 'unreadable' : faults[pixels], again: false } });
    }
    const artwork: ChosenArtwork = { url, name: file.name, file, ...size, artworkId: null, sending: null };
    this.set({ artworks: [...this.artworks, artwork], artwork, trouble: null });
    await this.arrived(artwork).catch((error: unknown) => this.refusePicture(artwork, error));
  }

  /** Sends the wish; null where something is missing, is already under way, or went wrong, which `trouble` then tells. */
  async create(): Promise<VideoAndCredits | null> {
    const { artwork, roomId } = this;
    if (this.sending) return null;
    if (artwork === null || roomId === null) {
      this.set({ trouble: { name: artwork === null ? 'chooseArtwork' : 'chooseRoom', again: false } });
      return null;
    }
    this.set({ sending: true, trouble: null });
    try {
      const artworkId = await this.arrived(artwork).catch((error: unknown) => this.refusePicture(artwork, error));
      if (artworkId === undefined) return null;
      const wish = { accountId: this.from.live().accountId, roomId, artworkId, title: this.title.trim() === '' ? null : this.title.trim() };
      const answer = await repeated(() => this.from.live().api.createVideo(wish, this.intents.keyFor(wish)));
      this.intents.done(wish);
      this.title = '';
      return answer;
    } catch (error) {
      const trouble = troubleOf(error, 'create');
      if (trouble.name === 'artworkGone') artwork.artworkId = null;
      this.set({ trouble });
      return null;
    } finally {
      this.set({ sending: false });
    }
  }

  /** The artwork's id, sending it where that has not happened or has failed. */
  private async arrived(artwork: ChosenArtwork): Promise<string> {
    if (artwork.artworkId !== null) return artwork.artworkId;
    artwork.sending ??= this.sent(artwork);
    this.from.changed();
    try {
      return await artwork.sending;
    } finally {
      artwork.sending = null;
      this.from.changed();
    }
  }

  private async sent(artwork: ChosenArtwork): Promise<string> {
    const { api, accountId, artworks } = this.from.live();
    const { artworkId } = await api.uploadArtwork(accountId, artwork.file);
    artwork.artworkId = artworkId;
    artworks.set(artworkId, artwork);
    return artworkId;
  }

  /** A picture that the service will never take leaves the choice; one that only got lost stays to be sent again. */
  private refusePicture(artwork: ChosenArtwork, error: unknown): undefined {
    const trouble = troubleOf(error, 'upload');
    const left = this.artworks.filter((one) => one !== artwork);
    this.set(trouble.again ? { trouble } : { trouble, artworks: left, artwork: this.artwork === artwork ? null : this.artwork });
    return undefined;
  }

  private async see(roomId: string | null): Promise<void> {
    if (roomId === null) return;
    const mockup = await this.from.live().mockup(roomId);
    if (this.roomId === roomId) this.set({ mockup });
  }

  private set(change: Partial<Pick<VideoOrder, 'artworks' | 'artwork' | 'rooms' | 'roomId' | 'mockup' | 'sending' | 'trouble'>>): void {
    Object.assign(this, change);
    this.from.changed();
  }
}

/** The picture's size as it is seen; null where the browser cannot read it. */
async function sizeOf(url: string): Promise<{ readonly width: number; readonly height: number } | null> {
  const image = new Image();
  image.src = url;
  const read = await image.decode().then(
    () => true,
    () => false,
  );
  return read ? { width: image.naturalWidth, height: image.naturalHeight } : null;
}

/** Repeats a request whose answer was lost, or that came too early, a few times; the last failure is the caller's to tell. */
async function repeated<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const waitMs = navigator.onLine ? waitBefore(error) : null;
      if (waitMs === null || attempt === tries) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

function waitBefore(error: unknown): number | null {
  if (error instanceof ConnectionLost) return betweenTriesMs;
  if (error instanceof Refused && error.retryAfterS !== null && error.retryAfterS <= tries) return error.retryAfterS * second;
  return null;
}
