import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import type { Files, StoredFile } from '#files';
import { Body, Controller, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Addresses, uploadKey } from '#access';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { Is, sha256, wholeNumber } from '#contracts/rules';
import { inBody } from '../edge/shape.js';
import { FILES } from '../ports.js';

/** Largest MP4 that a worker may deliver, in bytes. */
const uploadLimitBytes = 200 * 1024 * 1024;

interface Received {
  readonly videoUrl: string;
  readonly bytes: number;
  readonly sha256: string;
}

export class AnnouncedBody {
  @Is(wholeNumber(1, Number.MAX_SAFE_INTEGER)) bytes!: number;
  @Is(sha256) sha256!: string;
}

/** How long the MP4 of an announcement is waited for, in milliseconds. */
const announcedMs = 3_600_000;

interface Offered extends Received {
  /** Null: the MP4 is to be put here. */
  readonly upload: {
    readonly method: 'PUT';
    readonly url: string;
    readonly headers: { readonly [name: string]: string };
    readonly expiresAt: string;
  } | null;
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

  @Post(':videoId/:attempt')
  @HttpCode(200)
  @Route({
    summary: 'Announce the MP4 of a job: where its bytes can go straight into the store, the answer says how; then it goes into the report',
    access: { signed: 'write' },
    body: { kind: 'json', shape: AnnouncedBody },
    answers: { 200: { schema: 'OfferedUpload' } },
  })
  async announce(
    @Param('videoId') videoId: string,
    @Param('attempt') attempt: string,
    @Body(inBody(AnnouncedBody)) { bytes, sha256 }: AnnouncedBody,
  ): Promise<Offered> {
    if (bytes > uploadLimitBytes) throw new ProblemError('payload-too-large', undefined, { limitBytes: uploadLimitBytes });
    const key = uploadKey(videoId, Number(attempt), sha256);
    const direct = await this.files.directPut?.(key, { bytes, sha256, contentType: 'video/mp4' }, announcedMs);
    const upload = direct && {
      method: 'PUT' as const,
      url: direct.url,
      headers: direct.headers,
      expiresAt: new Date(direct.expiresAt).toISOString(),
    };
    return { upload: upload ?? null, videoUrl: this.addresses.uploaded(videoId, Number(attempt), sha256), bytes, sha256 };
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
