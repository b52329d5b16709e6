import type { Caller } from '#contracts';
import type { Ids, Transactor } from '#event-sourcing';
import { accepted } from '#event-sourcing';
import type { Files } from '#files';
import type { ArtworkData, ArtworkState, ArtworkUploaded, PictureType } from './artwork.events.js';

/** A picture that was looked at and found usable. */
export interface Picture {
  readonly content: Uint8Array;
  readonly contentType: PictureType;
  /** Pixels, as the picture is to be looked at. */
  readonly width: number;
  readonly height: number;
}

/** The uploaded artworks. Each belongs to one account and never changes. */
export class Artworks {
  constructor(
    private readonly transactor: Transactor<ArtworkState, ArtworkUploaded>,
    private readonly files: Files,
    private readonly ids: Ids,
  ) {}

  /** Keeps a picture for an account: first the file, durable, then the event that names it. A crash between leaves a file nobody names. */
  async add(accountId: string, picture: Picture, caller: Caller): Promise<{ readonly artworkId: string; readonly artwork: ArtworkData }> {
    const artworkId = this.ids.random();
    const stored = await this.files.put(
      `artworks/${artworkId}.${extensions[picture.contentType]}`,
      picture.content,
      picture.content.byteLength,
    );
    const artwork: ArtworkData = {
      accountId,
      width: picture.width,
      height: picture.height,
      contentType: picture.contentType,
      bytes: stored.bytes,
      sha256: stored.sha256,
      file: stored.key,
    };
    await this.transactor.transact<never>({
      id: artworkId,
      cause: `request:UploadArtwork:${artworkId}`,
      ...caller,
      decide: () => accepted<ArtworkUploaded>({ type: 'ArtworkUploaded', data: artwork }),
    });
    return { artworkId, artwork };
  }

  /** Undefined where there is no such artwork. Whose it is stands in it: anyone else's is to be treated as unknown. */
  async find(artworkId: string): Promise<ArtworkData | undefined> {
    if (!/^[A-Za-z0-9_-]{22}$/.test(artworkId)) return undefined;
    return (await this.transactor.load(artworkId)).state.artwork;
  }
}

const extensions = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' } as const;
