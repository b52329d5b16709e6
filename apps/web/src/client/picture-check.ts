/** Largest picture that the service takes, in bytes and in pixels. */
export const pictureLimits = { megabytes: 20, megapixels: 64 } as const;

const types = new Set(['image/png', 'image/jpeg', 'image/webp']);
/** What a file dialog offers. */
export const pictureTypes = [...types].join(',');

const bytesPerMegabyte = 1024 * 1024;
const million = 1_000_000;

/** Why a file cannot be an artwork, as far as can be told before it is sent; null where nothing speaks against it. */
export type PictureFault = 'not-a-picture' | 'too-heavy' | 'too-many-pixels';

export function faultOfFile({ type, size }: { readonly type: string; readonly size: number }): PictureFault | null {
  // Some systems give no type; then the service looks at the first bytes.
  if (type !== '' && !types.has(type)) return 'not-a-picture';
  return size > pictureLimits.megabytes * bytesPerMegabyte ? 'too-heavy' : null;
}

export function faultOfPixels({ width, height }: { readonly width: number; readonly height: number }): PictureFault | null {
  return width * height > pictureLimits.megapixels * million ? 'too-many-pixels' : null;
}
