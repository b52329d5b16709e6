import type { SignedUrls } from './signed-urls.js';

const hourMs = 3_600_000;

/** Every address that this service gives out. Those for customers are good for at least an hour, those in a job for a day. */
export class Addresses {
  /** `base` answers what stands in front: `PUBLIC_URL`, or where the service listens; no slash at its end. */
  constructor(
    private readonly urls: SignedUrls,
    readonly base: () => string,
  ) {}

  download(videoId: string): string {
    return this.signed('read', `/v1/videos/${encodeURIComponent(videoId)}/download`, hourMs);
  }

  poster(videoId: string): string {
    return this.signed('read', `/v1/videos/${encodeURIComponent(videoId)}/poster`, hourMs);
  }

  roomPreview(roomId: string): string {
    return this.signed('read', `/v1/rooms/${encodeURIComponent(roomId)}/preview`, hourMs);
  }

  /** The empty room of a mock-up; the digest names what is in the picture. */
  roomMockup(roomId: string, digest: string): string {
    return this.signed('read', `/v1/rooms/${encodeURIComponent(roomId)}/mockup/${encodeURIComponent(digest)}`, hourMs);
  }

  artworkFile(artworkId: string): string {
    return this.signed('read', `/v1/artworks/${encodeURIComponent(artworkId)}/file`, 24 * hourMs);
  }

  /** Where the worker of one attempt puts its MP4. */
  upload(videoId: string, attempt: number): string {
    return this.signed('write', `/v1/uploads/${encodeURIComponent(videoId)}/${attempt}`, 24 * hourMs);
  }

  /** What names a delivered MP4 in the worker's report. It says what was uploaded, or announced, for which attempt; whether it is there, the files say. */
  uploaded(videoId: string, attempt: number, sha256: string): string {
    return this.base() + this.urls.seal(`/v1/uploads/${encodeURIComponent(videoId)}/${attempt}/${sha256}`);
  }

  /** What `uploaded` named, or undefined for an address that we did not issue. The base may have changed since. */
  readUploaded(
    videoUrl: string,
  ): { readonly videoId: string; readonly attempt: number; readonly sha256: string; readonly key: string } | undefined {
    const [, path, id, attempt, sha256, signature] = uploadedShape.exec(videoUrl) ?? [];
    if (path === undefined || id === undefined || sha256 === undefined || signature === undefined) return undefined;
    if (!this.urls.isSealed(path, signature)) return undefined;
    const videoId = decodeURIComponent(id);
    return { videoId, attempt: Number(attempt), sha256, key: uploadKey(videoId, Number(attempt), sha256) };
  }

  /** An address of ours as this machine itself reaches it, at `listening`: what stands in front of the service may not be open from here. */
  local(url: string, listening: string): string {
    const base = this.base();
    return url.startsWith(base) ? listening + url.slice(base.length) : url;
  }

  private signed(use: 'read' | 'write', path: string, lifetimeMs: number): string {
    return this.base() + this.urls.sign(use, path, lifetimeMs);
  }
}

const uploadedShape =
  /^https?:\/\/[^/?#]+(?:\/[^?#]*)?(\/v1\/uploads\/([^/?#]{1,400})\/(\d{1,6})\/([0-9a-f]{64}))\?signature=([A-Za-z0-9_-]{43})$/;

/** The key of an uploaded MP4 among the files. */
export function uploadKey(videoId: string, attempt: number, sha256: string): string {
  return `videos/${videoId.slice(0, 22)}/${attempt}-${sha256}.mp4`;
}
