import type { CloudEvent } from '#contracts';
import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { inQuery } from '../edge/shape.js';
import { Waiting } from '../edge/waiting.js';
import { FactStream, Positions } from '../ports.js';
import { EventsQuery } from './credits.shapes.js';

/** The published facts, for analytics that pull. */
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly facts: FactStream,
    private readonly positions: Positions,
    private readonly waiting: Waiting,
  ) {}

  @Get()
  @Route({
    summary: 'The facts of credits.events in the log’s order; waits up to waitMs when there is nothing new',
    access: { scope: 'events:read' },
    query: EventsQuery,
    answers: { 200: { schema: 'FactPage' } },
    problems: ['invalid-position'],
  })
  async read(
    @Query(inQuery(EventsQuery)) { after, limit, waitMs }: EventsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly items: readonly CloudEvent[]; readonly next: string }> {
    const from = after === undefined ? 0n : this.positions.decode(after);
    if (from === undefined) throw new ProblemError('invalid-position');
    const { items, next } = await this.facts.read(from, Number(limit ?? 20), Number(waitMs ?? 0), this.waiting.signalFor(reply));
    return { items, next: this.positions.encode(next) };
  }
}
