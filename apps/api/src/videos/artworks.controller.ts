import type { Files } from '#files';
import type { ArtworkData } from '#videos';
import { Artworks } from '#videos';
import type { Multipart } from '@fastify/multipart';
import { Controller, Get, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountOfForm } from '../edge/account-reach.js';
import { sendFile } from '../edge/file-answer.js';
import { ProblemError } from '../edge/problem.js';
import { Route, callerOf } from '../edge/route.js';
import { id } from '#contracts/rules';
import { FILES } from '../ports.js';
import { Pictures, pictureLimits } from './pictures.js';

interface Uploaded {
  readonly artworkId: string;
  readonly width: number;
  readonly height: number;
}

/** Artworks: uploaded by or for an account, which alone may use them. */
@Controller('v1/artworks')
export class ArtworksController {
  constructor(
    private readonly artworks: Artworks,
    private readonly pictures: Pictures,
    @Inject(FILES) private readonly files: Files,
  ) {}

  @Post()
  @Route({
    command: 'UploadArtwork',
    summary:
      'Upload a PNG, JPEG or WebP of up to 20 MB and 64 megapixels: multipart/form-data with `file`, and `accountId` where the caller is not the customer',
    access: { scope: 'videos:create', account: 'form' },
    body: { kind: 'picture', limitBytes: pictureLimits.bytes },
    answers: { 201: { schema: 'Artwork' } },
    problems: ['unreadable-picture'],
  })
  async upload(@Req() request: FastifyRequest): Promise<Uploaded> {
    const { accountId, content } = await this.pictures.receive(request.raw, () => readForm(request));
    request.about = accountId;
    return this.pictures.inTurn(async () => {
      const picture = await this.pictures.inspect(content);
      const { artworkId, artwork } = await this.artworks.add(accountId, picture, callerOf(request));
      return { artworkId, width: artwork.width, height: artwork.height };
    });
  }

  @Get(':artworkId/file')
  @Route({
    summary: 'The picture as it was uploaded, for workers',
    access: { signed: 'read' },
    answers: { 200: { content: 'image/*' }, 206: { content: 'image/*' }, 304: null },
    problems: ['unknown-artwork', 'range-not-satisfiable'],
  })
  async file(@Param('artworkId') artworkId: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const artwork: ArtworkData | undefined = await this.artworks.find(artworkId);
    if (artwork === undefined) throw new ProblemError('unknown-artwork');
    await sendFile(request, reply, this.files, {
      key: artwork.file,
      bytes: artwork.bytes,
      etag: artwork.sha256,
      contentType: artwork.contentType,
    });
  }
}

/** The form's two parts, in either order. The whole form is read also where a part is wrong, so that the caller gets to read why. */
async function readForm(request: FastifyRequest): Promise<{ readonly accountId: string; readonly content: Buffer }> {
  let accountId: unknown;
  let content: Buffer | undefined;
  const errors: { readonly field: string; readonly problem: string }[] = [];
  for await (const part of partsOf(request)) {
    if (part.type === 'file' && part.fieldname === 'file' && content === undefined) content = await part.toBuffer();
    else if (part.type === 'field' && part.fieldname === 'accountId' && accountId === undefined) accountId = part.value;
    else {
      if (part.type === 'file') part.file.resume();
      errors.push({ field: part.fieldname.slice(0, 100), problem: 'is not known here, or there twice' });
    }
  }
  const account = accountOfForm(request, accountId);
  if (!id.allows(account)) errors.push({ field: 'accountId', problem: `must be ${id.words}` });
  if (content === undefined) errors.push({ field: 'file', problem: 'must be a picture' });
  if (content === undefined || typeof account !== 'string' || errors.length > 0) {
    throw new ProblemError('invalid-body', errors.map(({ field, problem }) => `${field} ${problem}`).join('; '), { errors });
  }
  return { accountId: account, content };
}

/** The parts of a form. One that is not well formed, or breaks off, is the caller's fault. */
async function* partsOf(request: FastifyRequest): AsyncGenerator<Multipart> {
  try {
    yield* request.parts();
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'statusCode' in error) throw error;
    throw new ProblemError('bad-request', 'the form is not well formed');
  }
}
