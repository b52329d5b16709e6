import { parseInstant } from '#contracts';
import type { AllotmentAnswer } from '#credits';
import { GrantCredits, RevokeCredits } from '#credits';
import { Body, Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accountIdIn, ownIdIn } from '../edge/path-ids.js';
import type { ProblemDocument } from '../edge/problem.js';
import { ProblemError, respond } from '../edge/problem.js';
import { Route, callerOf, optionalKey, requiredKey } from '../edge/route.js';
import { inBody } from '../edge/shape.js';
import { Settings } from '#service';
import { GrantBody, RevokeBody } from './credits.shapes.js';

/** What support may do to an account (rule 25). */
@Controller('v1/accounts')
export class SupportController {
  constructor(
    private readonly commands: CommandBus,
    private readonly settings: Settings,
  ) {}

  @Post(':accountId/grants')
  @Route({
    command: 'GrantCredits',
    summary: 'Give purchased or goodwill credits',
    access: { scope: 'credits:grant' },
    body: { kind: 'json', shape: GrantBody },
    requestKey: 'required',
    answers: { 201: { schema: 'AllotmentAndCredits' } },
    problems: ['invalid-grant', 'idempotency-key-in-use', 'idempotency-key-reused'],
  })
  async grant(
    @Param('accountId') path: string,
    @Body(inBody(GrantBody)) body: GrantBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AllotmentAnswer | ProblemDocument> {
    const { credits, source, reason, actor = null, ticket = null } = body;
    const { grantMax } = this.settings;
    if (credits > grantMax)
      throw new ProblemError('invalid-body', `credits must be at most ${grantMax}`, {
        errors: [{ field: 'credits', problem: `must be at most ${grantMax}` }],
      });
    const grant = {
      credits,
      source,
      reason,
      actor,
      ticket,
      expiresAt: parseInstant(body.expiresAt) ?? null,
      validFrom: parseInstant(body.validFrom) ?? null,
    };
    return respond(
      reply,
      await this.commands.execute(new GrantCredits(accountIdIn(path), grant, requiredKey(request), callerOf(request, actor))),
    );
  }

  @Post(':accountId/allotments/:allotmentId/revoke')
  @HttpCode(200)
  @Route({
    command: 'RevokeCredits',
    summary: 'End the unspent rest of one allotment',
    access: { scope: 'credits:grant' },
    body: { kind: 'json', shape: RevokeBody },
    requestKey: 'optional',
    answers: { 200: { schema: 'AllotmentAndCredits' } },
    problems: ['unknown-allotment', 'nothing-to-revoke', 'idempotency-key-in-use', 'idempotency-key-reused'],
  })
  async revoke(
    @Param('accountId') account: string,
    @Param('allotmentId') allotment: string,
    @Body(inBody(RevokeBody)) { reason, actor = null }: RevokeBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AllotmentAnswer | ProblemDocument> {
    const accountId = accountIdIn(account);
    const allotmentId = ownIdIn(allotment, 'unknown-allotment');
    return respond(
      reply,
      await this.commands.execute(
        new RevokeCredits(accountId, allotmentId, { reason, actor }, optionalKey(request), callerOf(request, actor)),
      ),
    );
  }
}
