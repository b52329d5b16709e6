import { createHash } from 'node:crypto';
import type { RoomMockup, RoomView } from '#contracts';
import type { DrawnMockup } from '#videos';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Addresses } from '#access';
import { matchesEtag } from '../edge/file-answer.js';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import type { Room } from '../ports.js';
import { ROOMS, RoomPreviews } from '../ports.js';

/** As long as `immutable` is commonly held. */
const yearSeconds = 31_536_000;

/** The rooms on offer, the same for everyone. */
@Controller('v1/rooms')
export class RoomsController {
  constructor(
    @Inject(ROOMS) private readonly rooms: readonly Room[],
    private readonly previews: RoomPreviews,
    private readonly addresses: Addresses,
  ) {}

  @Get()
  @Route({
    summary: 'The rooms on offer, with a preview each',
    access: { scope: 'videos:read', account: 'same-for-all' },
    answers: { 200: { schema: 'RoomList' } },
  })
  list(): { readonly items: readonly RoomView[] } {
    return { items: this.rooms.map(({ roomId, name }) => ({ roomId, name, previewUrl: this.addresses.roomPreview(roomId) })) };
  }

  @Get(':roomId/preview')
  @Route({
    summary: 'A picture of a room',
    access: { scope: 'videos:read', account: 'same-for-all', signed: 'read' },
    answers: { 200: { content: 'image/webp' }, 304: null },
    problems: ['unknown-room'],
  })
  async preview(@Param('roomId') roomId: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const picture = this.isOffered(roomId) ? await this.previews.read(roomId) : undefined;
    if (picture === undefined) throw new ProblemError('unknown-room');
    const etag = `"${digestOf(picture)}"`;
    reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
    if (matchesEtag(request.headers['if-none-match'], etag)) reply.code(304).send();
    else reply.header('content-type', 'image/webp').send(Buffer.from(picture));
  }

  @Get(':roomId/mockup')
  @Route({
    summary: 'What a browser needs to show an artwork in a room as the video will',
    access: { scope: 'videos:create', account: 'same-for-all' },
    answers: { 200: { schema: 'RoomMockup' } },
    problems: ['unknown-room'],
  })
  async mockup(@Param('roomId') roomId: string): Promise<RoomMockup> {
    const { data, picture } = await this.drawn(roomId);
    return { ...data, pictureUrl: this.addresses.roomMockup(roomId, digestOf(picture)) };
  }

  /** The address names what is in the picture, so whoever has it need never ask again. */
  @Get(':roomId/mockup/:digest')
  @Route({
    summary: 'A picture of a room with nothing on its wall',
    access: { scope: 'videos:create', account: 'same-for-all', signed: 'read' },
    answers: { 200: { content: 'image/webp' } },
    problems: ['unknown-room', 'not-found'],
  })
  async emptyRoom(@Param('roomId') roomId: string, @Param('digest') digest: string, @Res() reply: FastifyReply): Promise<void> {
    const { picture } = await this.drawn(roomId);
    if (digest !== digestOf(picture)) throw new ProblemError('not-found');
    reply
      .header('cache-control', `private, max-age=${yearSeconds}, immutable`)
      .header('content-type', 'image/webp')
      .send(Buffer.from(picture));
  }

  private async drawn(roomId: string): Promise<DrawnMockup> {
    const drawn = this.isOffered(roomId) ? await this.previews.mockup(roomId) : undefined;
    if (drawn === undefined) throw new ProblemError('unknown-room');
    return drawn;
  }

  private isOffered(roomId: string): boolean {
    return this.rooms.some((room) => room.roomId === roomId);
  }
}

function digestOf(picture: Uint8Array): string {
  return createHash('sha256').update(picture).digest('base64url').slice(0, 22);
}
