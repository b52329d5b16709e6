import { topics } from '#contracts';
import { ApplyBillingEvent, PLANS, type Plan, type Plans } from '#credits';
import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readCloudEvent } from '../edge/cloud-events.js';
import type { ProblemDocument } from '../edge/problem.js';
import { respond } from '../edge/problem.js';
import { Route, callerOf } from '../edge/route.js';
import { Parking } from '../ports.js';

/** The side that faces the billing system: what it may sell, and what it tells us. */
@Controller('v1')
export class BillingController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(PLANS) private readonly catalogue: Plans,
    private readonly parking: Parking,
  ) {}

  @Post('billing-events')
  @HttpCode(202)
  @Route({
    summary: 'One billing event as a structured CloudEvent, decided before the answer',
    access: { scope: 'billing:write' },
    body: { kind: 'cloud-event', limitBytes: 1024 * 1024 },
    answers: { 202: { schema: 'Position' } },
    problems: ['not-a-cloud-event', 'parked'],
  })
  async event(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ readonly position: string } | ProblemDocument> {
    const event = readCloudEvent(body);
    const answer = await this.commands.execute(new ApplyBillingEvent(event.type, event.data, callerOf(request)));
    if (answer.kind === 'refused') await this.parking.park(topics.billing, event, answer.refusal);
    return respond(reply, answer);
  }

  @Get('plans')
  @Route({
    summary: 'The plan catalogue',
    access: { scope: 'credits:read', account: 'same-for-all' },
    answers: { 200: { schema: 'PlanList' } },
  })
  plans(): { readonly items: readonly Plan[] } {
    return { items: [...this.catalogue.cyclePlans.values(), this.catalogue.trial] };
  }
}
