import sharp from 'sharp';

/** An uploaded picture is at most so many pixels: what a worker's memory is bounded by. */
const mostPixels = 64_000_000;

/** The picture cannot be used, whoever tries: said in plain words, for the customer. */
export class UnusablePictureError extends Error {
  override readonly name = 'UnusablePictureError';
}

/** An artwork that was looked at but not yet decoded: its size as it is to be seen, in pixels. */
export interface Artwork {
  readonly width: number;
  readonly height: number;
  /** Decodes it at a size of the caller's, upright, in sRGB, on paper white where it is clear. RGBA. */
  shrunk(width: number, height: number): Promise<Uint8ClampedArray>;
}

const formats = ['png', 'jpeg', 'webp'];
const paper = '#f7f4ee';

/** Looks at an uploaded picture. Rejects with UnusablePictureError where it is no PNG, JPEG or WebP, too large, or broken. */
export async function openArtwork(bytes: Uint8Array): Promise<Artwork> {
  const options = { limitInputPixels: mostPixels, failOn: 'error', sequentialRead: true } as const;
  // Asked inside a promise: of nothing at all sharp complains before it gives one.
  const about = await Promise.resolve()
    .then(() => sharp(bytes, { ...options, limitInputPixels: false }).metadata())
    .catch(() => undefined);
  if (about === undefined || !formats.includes(about.format))
    throw new UnusablePictureError('The artwork is not a PNG, JPEG or WebP picture.');
  const { width, height } = about.autoOrient;
  if (!(width > 0 && height > 0)) throw new UnusablePictureError('The artwork has no size.');
  if (width * height > mostPixels)
    throw new UnusablePictureError(`The artwork is too large: ${width} × ${height} pixels, more than 64 million.`);
  return {
    width,
    height,
    shrunk: async (w, h) => {
      try {
        const { data } = await sharp(bytes, options)
          .autoOrient()
          .toColourspace('srgb')
          .flatten({ background: paper })
          .resize(w, h, { fit: 'fill', kernel: 'lanczos3' })
          .ensureAlpha()
          .raw()
          .toBuffer({ resolveWithObject: true });
        return Uint8ClampedArray.from(data);
      } catch {
        throw new UnusablePictureError('The artwork is damaged: it could not be read to its end.');
      }
    },
  };
}
