import { createHash } from 'node:crypto';
import type { RoomView } from '#contracts';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Addresses } from '#access';
import { matchesEtag } from '../edge/file-answer.js';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import type { Room } from '../ports.js';
import { ROOMS, RoomPreviews } from '../ports.js';

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
    answers: { 200: { content: 'image/jpeg' }, 304: null },
    problems: ['unknown-room'],
  })
  async preview(@Param('roomId') roomId: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const room = this.rooms.find((candidate) => candidate.roomId === roomId);
    const picture = room === undefined ? undefined : await this.previews.read(room.roomId);
    if (picture === undefined) throw new ProblemError('unknown-room');
    const etag = `"${createHash('sha256').update(picture).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag).header('cache-control', 'private, max-age=3600');
    if (matchesEtag(request.headers['if-none-match'], etag)) reply.code(304).send();
    else reply.header('content-type', 'image/jpeg').send(Buffer.from(picture));
  }
}
