import { S3Client } from '@aws-sdk/client-s3';
import { asSeen } from './away.js';
import type { S3Location } from './s3-location.js';

/** A store that says nothing for so long, while it is sent to or waited for, is away. Tries again included. */
export const silenceMs = 15_000;
const connectMs = 3_000;
/** Tries of one request, by the SDK, with its own pauses between them; a body that is streamed is sent once. */
const tries = 3;
/** Requests at once; a download holds one for as long as its reader takes. More wait for their turn, `silenceMs` at most. */
const socketsAtMost = 512;

/** What every answer of the SDK tells of itself. */
export interface Answered {
  readonly $metadata: { readonly attempts?: number };
}

const nothing = (): void => undefined;

export function clientFor({ endpoint, region }: S3Location, log: (message: string) => void): S3Client {
  return new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    // The rest it says of every request, and refusals are told by their errors.
    logger: { debug: nothing, info: nothing, error: nothing, warn: (...words: unknown[]) => log(`files: ${words.map(String).join(' ')}`) },
    maxAttempts: tries,
    retryMode: 'standard',
    // Checksums are given with each put, of the whole content; no other is to be made up on the way.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectMs,
      // Not of the socket: who downloads may pause. Silence is measured by those who wait for the store.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets: socketsAtMost },
      httpsAgent: { keepAlive: true, maxSockets: socketsAtMost },
    },
  });
}

/**
 * Makes one request and waits for its answer: `request` hands on the signal, and calls `alive` whenever the store took something.
 * Throws StoreAwayError where the store is away.
 */
export async function answered<Answer extends Answered>(
  what: string,
  log: (message: string) => void,
  request: (signal: AbortSignal, alive: () => void) => Promise<Answer>,
  patienceMs = silenceMs,
): Promise<Answer> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), patienceMs);
  try {
    const answer = await request(silence.signal, () => void timer.refresh());
    const { attempts = 1 } = answer.$metadata;
    if (attempts > 1) log(`${what}: done at try ${attempts}`);
    return answer;
  } catch (error) {
    throw asSeen(silence.signal.aborted ? `${what}: no answer for ${patienceMs} ms` : what, error);
  } finally {
    clearTimeout(timer);
  }
}
