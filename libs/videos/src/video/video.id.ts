import { createHash } from 'node:crypto';

const HASH_LENGTH = 22;

/** A video's id: 22 characters that follow from the account and the request's cause, a dot, the account's id. */
export function videoIdOf(accountId: string, cause: string): string {
  const hash = createHash('sha256').update(`${accountId}\n${cause}`).digest('base64url').slice(0, HASH_LENGTH);
  return `${hash}.${accountId}`;
}

/** The account whose stream holds the video, or undefined where the id is none of ours. */
export function accountOfVideo(videoId: string): string | undefined {
  return /^[A-Za-z0-9_-]{22}\.([A-Za-z0-9._\-:@]{1,128})$/.exec(videoId)?.[1];
}

/** The part of the id that names the video's files. */
export function fileStemOf(videoId: string): string {
  return videoId.slice(0, HASH_LENGTH);
}
