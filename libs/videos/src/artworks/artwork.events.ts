import type { Aggregate, Fact } from '#event-sourcing';
import { UnknownEventTypeError } from '#event-sourcing';

export type ArtworkData = {
  readonly accountId: string;
  /** Pixels, as the picture is to be looked at (its orientation applied). */
  readonly width: number;
  readonly height: number;
  readonly contentType: PictureType;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Key of the stored file. */
  readonly file: string;
};

export type PictureType = 'image/png' | 'image/jpeg' | 'image/webp';

/** A picture was uploaded; its file was durable before. */
export type ArtworkUploaded = Fact<'ArtworkUploaded', ArtworkData>;

/** Undefined: there is no such artwork. */
export type ArtworkState = { readonly artwork?: ArtworkData };

/** Streams `artwork-<id>`: one uploaded picture each. */
export const artworkAggregate: Aggregate<ArtworkState, ArtworkUploaded> = {
  prefix: 'artwork-',
  initial: {},
  evolve(_state, event) {
    if (event.type !== 'ArtworkUploaded') throw new UnknownEventTypeError(event.type);
    return { artwork: event.data };
  },
  settle: () => [],
  sizeOf: () => 600,
};
