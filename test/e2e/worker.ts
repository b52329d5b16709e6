import type { RenderJob } from '#contracts';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Answered, type Client, expectStatus, type Problem } from './client.js';

/** Four seconds of teal: a real H.264 MP4. */
export const smallVideo: Uint8Array<ArrayBuffer> = new Uint8Array(readFileSync(join(process.cwd(), 'test/e2e/small.mp4')));

export interface Upload {
  readonly videoUrl: string;
  readonly bytes: number;
  readonly sha256: string;
}

type ResultType = 'started' | 'progressed' | 'completed' | 'failed';

/** A render worker from outside, in another process and perhaps another language: it knows the HTTP interface only. */
export class OutsideWorker {
  constructor(
    private readonly client: Client,
    private readonly workerId = 'outside',
  ) {}

  claim(waitMs = 5_000): Promise<RenderJob | undefined> {
    return this.client.claim(this.workerId, waitMs);
  }

  /** A claim that must bring a job. */
  async job(): Promise<RenderJob> {
    const job = await this.claim();
    if (!job) throw new Error('no job was offered');
    return job;
  }

  async upload(job: RenderJob, video: Uint8Array = smallVideo): Promise<Upload> {
    const headers = { 'content-type': 'video/mp4' };
    return expectStatus(201, await this.client.as(undefined).ask<Upload>('PUT', job.uploadUrl, { body: video, headers }));
  }

  /** Says what will be uploaded; `upload` tells how, or is null where it is to come here. */
  async announce(job: RenderJob, { bytes, sha256 }: Pick<Upload, 'bytes' | 'sha256'>): Promise<Upload & { readonly upload: unknown }> {
    const body = { bytes, sha256 };
    return expectStatus(200, await this.client.as(undefined).ask<Upload & { readonly upload: unknown }>('POST', job.uploadUrl, { body }));
  }

  report(type: ResultType, { videoId, attempt }: RenderJob, data: object = {}): Promise<Answered<{ position: string } & Problem>> {
    return this.client.post('/v1/render-results', {
      specversion: '1.0',
      id: randomUUID(),
      source: `/workers/${this.workerId}`,
      type: `videos.render.${type}`,
      data: { videoId, attempt, ...data },
    });
  }

  /** Uploads the video of a job and reports it complete: the position after it. */
  async deliver(job: RenderJob): Promise<string> {
    return expectStatus(202, await this.report('completed', job, await this.upload(job))).position;
  }

  /** Claims and delivers until nothing is offered for the given time: how many. */
  async deliverAll(waitMs = 500): Promise<number> {
    for (let delivered = 0; ; delivered++) {
      const job = await this.claim(waitMs);
      if (!job) return delivered;
      await this.deliver(job);
    }
  }
}
