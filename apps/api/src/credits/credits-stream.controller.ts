import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountIdIn } from '../edge/path-ids.js';
import { Route } from '../edge/route.js';
import { CreditsStreams } from '../live/credits-streams.js';

/** `connection: close`: a stream that ends must not leave a connection behind for which a stopping service would wait. */
const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  connection: 'close',
} as const;

/** What an account has, as it changes: for pages that stay open. */
@Controller('v1/accounts')
export class CreditsStreamController {
  constructor(private readonly streams: CreditsStreams) {}

  @Get(':accountId/credits/stream')
  @Route({
    summary: 'The credits object as server-sent events: at once, and again on every change',
    access: { scope: 'credits:read', account: 'path' },
    answers: { 200: { events: 'Credits' } },
    problems: ['too-many-streams', 'read-model-behind'],
  })
  async stream(@Param('accountId') path: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const accountId = accountIdIn(path);
    if (request.method === 'HEAD') {
      reply.headers(headers).send();
      return;
    }
    const begin = (): void => {
      // What hooks have set before goes along: it lies in the reply, which knows nothing of what is written past it.
      for (const [name, value] of Object.entries(reply.headers(headers).getHeaders())) reply.raw.setHeader(name, value ?? '');
      reply.hijack();
      reply.raw.writeHead(200);
    };
    const expiresAt = request.session?.expiresAt ?? request.identity?.expiresAt;
    await this.streams.add({ accountId, response: reply.raw, begin, expiresAt });
  }
}
