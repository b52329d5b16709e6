import type { CloudEvent } from '#contracts';
import type { Ids } from '#event-sourcing';
import { isJob } from './render-job.js';
import { patiently, type Report, runJob, type RunOptions, sweep } from './render-run.js';
import { RenderSlot, type SlotOptions } from './render-slot.process.js';
import { AwayError, send } from './transfers.http.js';

export interface HttpWorkerOptions extends RunOptions {
  /** The service, without a slash at the end. */
  readonly url: string;
  /** A key with the scope `renders:work`. */
  readonly apiKey: string;
  readonly ids: Ids;
  readonly workerId: string;
  readonly slot?: SlotOptions;
}

/** How long the service may wait with its answer while there is no job. */
const waitMs = 25_000;
const pauseMs = 2_000;

/** The same worker for a service that is reached over HTTP alone: claims jobs one by one until the signal aborts. */
export async function workOverHttp(options: HttpWorkerOptions, signal: AbortSignal): Promise<void> {
  await sweep(options.workDir);
  const slot = new RenderSlot(options.slot);
  try {
    while (!signal.aborted) await claimAndRender(options, slot, signal);
  } finally {
    slot.stop();
  }
}

async function claimAndRender(options: HttpWorkerOptions, slot: RenderSlot, signal: AbortSignal): Promise<void> {
  const { clock, log } = options;
  try {
    const job = await post(options, '/v1/render-jobs/claim', { workerId: options.workerId, waitMs }, 'application/json', signal);
    if (job === undefined) return;
    if (!isJob(job)) throw new AwayError('the service answered with something else than a job');
    await runJob(job, slot, (report) => patiently({ clock, log, signal }, () => tell(options, report, signal)), options, signal);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof AwayError)) throw error;
    // The lease of a job that was lost on the way runs out, and the service offers it again.
    log(error.message);
    await clock.sleep(pauseMs, signal);
  }
}

async function tell(options: HttpWorkerOptions, { type, data }: Report, signal: AbortSignal): Promise<void> {
  const event: CloudEvent<Report['data']> = {
    specversion: '1.0',
    id: options.ids.random(),
    source: `/render-worker/${options.workerId}`,
    type,
    time: new Date(options.clock.now()).toISOString(),
    datacontenttype: 'application/json',
    data,
  };
  await post(options, '/v1/render-results', event, 'application/cloudevents+json', signal);
}

function post({ url, apiKey }: HttpWorkerOptions, path: string, body: unknown, type: string, signal: AbortSignal): Promise<unknown> {
  return send('POST', `${url}${path}`, JSON.stringify(body), { authorization: `Bearer ${apiKey}`, 'content-type': type }, signal, waitMs);
}
