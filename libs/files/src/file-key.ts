/** Bytes in a key at most (what object stores allow), and in one of its segments. */
const keyAtMost = 1024;
const segmentAtMost = 200;

/** The key is not one that files may have: a bug of the caller, or somebody's attempt to leave the folder. */
export class InvalidFileKeyError extends Error {
  override readonly name = 'InvalidFileKeyError';
  constructor(key: string) {
    super(`not a key for a file: ${JSON.stringify(key.slice(0, 200))}`);
  }
}

/** Whether files may have this key: segments of `A–Z a–z 0–9 . _ - @ :` between single slashes, none of them `.` or `..`. */
export function isFileKey(key: string): boolean {
  return key.length <= keyAtMost && key.split('/').every(isSegment);
}

/** Throws InvalidFileKeyError where the key is none; answers it otherwise. */
export function checkedFileKey(key: string): string {
  if (!isFileKey(key)) throw new InvalidFileKeyError(key);
  return key;
}

function isSegment(segment: string): boolean {
  return segment.length <= segmentAtMost && /^[A-Za-z0-9._@:-]+$/.test(segment) && segment !== '.' && segment !== '..';
}
