import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Files, StoredFile } from '#files';
import { Controller, Inject, Param, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Addresses, uploadKey } from '#access';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { FILES } from '../ports.js';

/** Largest MP4 that a worker may deliver, in bytes. */
const uploadLimitBytes = 200 * 1024 * 1024;

interface Received {
  readonly videoUrl: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Where workers put what they rendered. */
@Controller('v1/uploads')
export class UploadsController {
  constructor(
    @Inject(FILES) private readonly files: Files,
    private readonly addresses: Addresses,
  ) {}

  @Put(':videoId/:attempt')
  @Route({
    summary: 'Deliver the MP4 of a job to its uploadUrl; the answer goes into the report',
    access: { signed: 'write' },
    body: { kind: 'mp4', limitBytes: uploadLimitBytes },
    answers: { 201: { schema: 'Upload' } },
  })
  async upload(
    @Param('videoId') videoId: string,
    @Param('attempt') attempt: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Received> {
    const stored = await this.store(videoId, Number(attempt), request);
    if (stored.bytes === 0) throw new ProblemError('invalid-body', 'the body must be an MP4');
    reply.code(201);
    return { videoUrl: this.addresses.uploaded(videoId, Number(attempt), stored.sha256), bytes: stored.bytes, sha256: stored.sha256 };
  }

  private async store(videoId: string, attempt: number, request: FastifyRequest): Promise<StoredFile> {
    if (request.body === undefined) throw new ProblemError('invalid-body', 'the body must be an MP4');
    const sent = request.body as Readable;
    // The store may destroy what it reads from when it has had enough. That must not be the connection, or the answer is lost with it.
    const content = new PassThrough();
    sent.pipe(content);
    const cutOff = (): void => void content.destroy(new Error('the upload broke off'));
    sent.once('error', cutOff);
    request.raw.once('close', () => (request.raw.complete ? undefined : cutOff()));
    try {
      return await this.files.put(({ sha256 }) => uploadKey(videoId, attempt, sha256), content, uploadLimitBytes);
    } catch (error) {
      sent.unpipe(content);
      readOn(request, sent);
      throw error;
    }
  }
}

/** Bytes that are still read after a refusal, so that a sender who looks up from sending finds the answer and not a broken line. */
const lingerBytes = 64 * 1024 * 1024;

function readOn(request: FastifyRequest, sent: Readable): void {
  let left = lingerBytes;
  sent.on('data', (chunk: Buffer) => {
    left -= chunk.byteLength;
    if (left < 0) request.raw.destroy();
  });
}
