import { createHash } from 'node:crypto';
import { AwayError, put, RefusedError, send } from './transfers.http.js';

/** What names a delivered MP4 in the report. */
export interface Upload {
  readonly videoUrl: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** How the bytes may go straight into the store of files. */
interface Offer {
  readonly url: string;
  readonly headers: Record<string, string>;
}

export interface DeliveryOptions {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Does it again, after pauses, while the service is away. */
  readonly patiently: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Brings an MP4 to a job's uploadUrl: announced first and put straight into the store where that is offered and works, through the
 * service otherwise. Undefined where the service answered with something else than an upload. Rejects with AwayError, RefusedError,
 * or the signal's reason.
 */
export async function deliver(uploadUrl: string, video: Uint8Array, options: DeliveryOptions): Promise<Upload | undefined> {
  const direct = await putDirectly(uploadUrl, video, options);
  if (direct) return direct;
  const headers = { 'content-type': 'video/mp4' };
  const answer = await options.patiently(() => send('PUT', uploadUrl, video, headers, options.signal));
  return readUpload(answer);
}

/** Undefined where there is no such way, or it cannot be gone from here: the store may be closed to this machine. */
async function putDirectly(uploadUrl: string, video: Uint8Array, { log, signal, patiently }: DeliveryOptions): Promise<Upload | undefined> {
  const announced = JSON.stringify({ bytes: video.length, sha256: createHash('sha256').update(video).digest('hex') });
  const announce = (): Promise<unknown> => send('POST', uploadUrl, announced, { 'content-type': 'application/json' }, signal);
  const refused = (error: unknown): undefined => {
    if (!(error instanceof RefusedError)) throw error;
    log(`the video could not be announced (${error.message})`);
  };
  const answer = await patiently(announce).catch(refused);
  const [offer, upload] = [readOffer(answer), readUpload(answer)];
  if (offer === undefined || upload === undefined) return undefined;
  try {
    await put(offer.url, video, offer.headers, signal);
    return upload;
  } catch (error) {
    if (signal.aborted || !(error instanceof AwayError || error instanceof RefusedError)) throw error;
    log(`the video could not be put straight into the store (${error.message}); it goes through the service`);
    return undefined;
  }
}

function readOffer(answer: unknown): Offer | undefined {
  const { upload } = Object(answer) as { readonly upload?: unknown };
  const { method, url, headers } = Object(upload) as Partial<Record<keyof Offer | 'method', unknown>>;
  if (method !== 'PUT' || typeof url !== 'string' || typeof headers !== 'object' || headers === null) return undefined;
  return { url, headers: headers as Record<string, string> };
}

function readUpload(answer: unknown): Upload | undefined {
  const { videoUrl, bytes, sha256 } = Object(answer) as Partial<Record<keyof Upload, unknown>>;
  if (typeof videoUrl !== 'string' || typeof bytes !== 'number' || typeof sha256 !== 'string') return undefined;
  return { videoUrl, bytes, sha256 };
}
