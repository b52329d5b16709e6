import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Route } from '../edge/route.js';
import { Readiness } from '../ports.js';
import { Metrics } from './metrics.js';

/** For whoever keeps the service running: is it alive, can it work, how does it do. */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    private readonly metrics: Metrics,
  ) {}

  @Get('healthz/live')
  @Route({ summary: 'The process answers', access: 'anyone', answers: { 200: { schema: 'Live' } } })
  live(): { readonly status: 'live' } {
    return { status: 'live' };
  }

  @Get('healthz/ready')
  @Route({
    summary: 'The service can work, or what keeps it from it',
    access: 'anyone',
    answers: { 200: { schema: 'Ready' }, 503: { schema: 'Ready' } },
  })
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly status: 'ready' | 'not-ready'; readonly obstacles: readonly string[]; readonly away: readonly string[] }> {
    const [obstacles, away] = await Promise.all([this.readiness.obstacles(), this.readiness.away()]);
    if (obstacles.length > 0) reply.code(503);
    return { status: obstacles.length > 0 ? 'not-ready' : 'ready', obstacles, away };
  }

  @Get('metrics')
  @Route({ summary: 'Prometheus metrics', access: 'anyone', answers: { 200: { content: 'text/plain' } } })
  async scrape(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, text } = await this.metrics.scrape();
    reply.header('content-type', contentType).send(text);
  }
}
