import { type RenderJob, topics } from '#contracts';
import { ApplyRenderResult, ClaimRenderJob } from '#videos';
import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCloudEvent } from '../edge/cloud-events.js';
import type { ProblemDocument } from '../edge/problem.js';
import { respond } from '../edge/problem.js';
import { Route, callerOf } from '../edge/route.js';
import { Is, id, optional, wholeNumber } from '#contracts/rules';
import { inBody } from '../edge/shape.js';
import { Waiting } from '../edge/waiting.js';
import { Parking } from '../ports.js';

export class ClaimBody {
  @Is(id) workerId!: string;
  /** Milliseconds. */
  @Is(optional(wholeNumber(0, 30_000))) waitMs?: number | null;
}

/** For render workers without a queue of their own. */
@Controller('v1')
export class RendersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly parking: Parking,
    private readonly waiting: Waiting,
  ) {}

  @Post('render-jobs/claim')
  @HttpCode(200)
  @Route({
    summary: 'Take one render job: its start is stored and its lease runs; 204 where there is none within waitMs',
    access: { scope: 'renders:work' },
    body: { kind: 'json', shape: ClaimBody },
    answers: { 200: { schema: 'RenderJob' }, 204: null },
  })
  async claim(
    @Body(inBody(ClaimBody)) { workerId, waitMs }: ClaimBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RenderJob | undefined> {
    const job = await this.commands.execute(new ClaimRenderJob(workerId, waitMs ?? 0, callerOf(request), this.waiting.signalFor(reply)));
    if (job !== null) return job;
    reply.code(204);
    return undefined;
  }

  @Post('render-results')
  @HttpCode(202)
  @Route({
    summary: 'Report what became of a job: one CloudEvent videos.render.started, .progressed, .completed or .failed',
    access: { scope: 'renders:work' },
    body: { kind: 'cloud-event', limitBytes: 1024 * 1024 },
    answers: { 202: { schema: 'Position' } },
    problems: ['not-a-cloud-event', 'parked'],
  })
  async report(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly position: string } | ProblemDocument> {
    const event = readCloudEvent(body);
    const answer = await this.commands.execute(new ApplyRenderResult(event.type, event.data, callerOf(request)));
    if (answer.kind === 'refused') await this.parking.park(topics.renderResults, event, answer.refusal);
    return respond(reply, answer);
  }
}
