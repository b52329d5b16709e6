import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RenderJob } from '#contracts';
import type { MachineClock } from '#event-sourcing';
import { deliver, type Upload } from './delivery.js';
import type { RenderSlot } from './render-slot.process.js';
import { AwayError, download, RefusedError } from './transfers.http.js';

/** What a worker says about a job. */
export type Report =
  | {
      readonly type: 'videos.render.started';
      readonly data: { readonly videoId: string; readonly attempt: number; readonly workerId: string };
    }
  | {
      readonly type: 'videos.render.progressed';
      readonly data: { readonly videoId: string; readonly attempt: number; readonly progress: number };
    }
  | { readonly type: 'videos.render.completed'; readonly data: { readonly videoId: string; readonly attempt: number } & Upload }
  | {
      readonly type: 'videos.render.failed';
      readonly data: { readonly videoId: string; readonly attempt: number; readonly reason: string; readonly retryable: boolean };
    };

export type Say = (report: Report) => Promise<void>;

export interface RunOptions {
  readonly clock: MachineClock;
  /** Where files lie while a video is made. It is this worker's alone. */
  readonly workDir: string;
  /** Where an address of a job is to be called: the same, or a nearer one. */
  readonly resolve: (url: string) => string;
  readonly log: (line: string) => void;
}

const folderPrefix = 'render-';
/** Progress is told at most twice a second. */
const tellEveryMs = 500;
/** Pauses between tries while the service is away; then the attempt has failed, and may be repeated. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000] as const;

/**
 * Makes one job's video: fetches the artwork, renders, uploads. Says how it goes; the last word is `completed` or `failed`.
 * Rejects, having said nothing more, when aborted or when a report could not be delivered: the job is then to be done again.
 */
export async function runJob(job: RenderJob, slot: RenderSlot, say: Say, options: RunOptions, signal: AbortSignal): Promise<void> {
  const about = { videoId: job.videoId, attempt: job.attempt };
  const fail = (reason: string, retryable: boolean): Promise<void> =>
    say({ type: 'videos.render.failed', data: { ...about, reason, retryable } });
  const folder = await mkdtemp(join(options.workDir, folderPrefix));
  try {
    const [artworkFile, file] = [join(folder, 'artwork'), join(folder, 'video.mp4')];
    const tries = { ...options, signal };
    await writeFile(artworkFile, await patiently(tries, () => download(options.resolve(job.artworkUrl), signal)));
    const rendered = await slot.render({ artworkFile, roomId: job.roomId, output: job.output, file }, teller(about, say, options), signal);
    if (rendered.kind === 'failed') return await fail(rendered.reason, rendered.retryable);
    const video = await readFile(file);
    const upload = await deliver(options.resolve(job.uploadUrl), video, { ...tries, patiently: (work) => patiently(tries, work) });
    if (upload === undefined) return await fail('The upload was answered with something else than its address.', true);
    await say({ type: 'videos.render.completed', data: { ...about, ...upload } });
  } catch (error) {
    if (error instanceof AwayError) return await fail(`The render worker could not reach the service: ${error.message}.`, true);
    // An address that has expired is made afresh for the next attempt; a picture that is gone stays gone.
    if (error instanceof RefusedError)
      return await fail(`The service refused the artwork or the video (${error.status}).`, error.status !== 404 && error.status !== 410);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Removes what jobs left behind that a crash interrupted; to be called before the first one. */
export async function sweep(workDir: string): Promise<void> {
  await mkdir(workDir, { recursive: true });
  const left = (await readdir(workDir)).filter((name) => name.startsWith(folderPrefix));
  await Promise.all(left.map((name) => rm(join(workDir, name), { recursive: true, force: true, maxRetries: 3 })));
}

/** Turns the process's many percents into few reports, one at a time. */
function teller(
  about: { readonly videoId: string; readonly attempt: number },
  say: Say,
  { clock, log }: RunOptions,
): (percent: number) => void {
  let toldAt = clock.now();
  let telling = false;
  return (progress) => {
    if (telling || clock.now() - toldAt < tellEveryMs) return;
    telling = true;
    toldAt = clock.now();
    say({ type: 'videos.render.progressed', data: { ...about, progress } })
      // A lost progress report is made good by the next one.
      .catch((error: unknown) => log(`progress of ${about.videoId} was not delivered: ${String(error)}`))
      .finally(() => {
        telling = false;
      });
  };
}

/** Tries again, after pauses, while the service is away. */
export async function patiently<T>(
  { clock, log, signal }: Pick<RunOptions, 'clock' | 'log'> & { readonly signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AwayError)) throw error;
      log(`${error.message}; trying again in ${pauseMs} ms`);
      await clock.sleep(pauseMs, signal);
      signal.throwIfAborted();
    }
  }
  return await work();
}
