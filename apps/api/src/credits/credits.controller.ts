import { createHash } from 'node:crypto';
import { type LedgerLine, type Page, parseInstant } from '#contracts';
import { BUSINESS_CLOCK, GetCredits, GetLedger } from '#credits';
import type { BusinessClock } from '#event-sourcing';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { matchesEtag } from '../edge/file-answer.js';
import { accountIdIn } from '../edge/path-ids.js';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { inQuery } from '../edge/shape.js';
import { Waiting } from '../edge/waiting.js';
import { CreditsQuery, LedgerQuery } from './credits.shapes.js';

/** What an account has, and how it came to that. */
@Controller('v1/accounts')
export class CreditsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly waiting: Waiting,
    @Inject(BUSINESS_CLOCK) private readonly clock: BusinessClock,
  ) {}

  @Get(':accountId/credits')
  @Route({
    summary: 'What the account has now, or what was shown at a past instant',
    access: { scope: 'credits:read', account: 'path' },
    query: CreditsQuery,
    answers: { 200: { schema: 'Credits' }, 304: null },
    problems: ['invalid-position', 'read-model-behind'],
  })
  async credits(
    @Param('accountId') path: string,
    @Query(inQuery(CreditsQuery)) { at, after }: CreditsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const accountId = accountIdIn(path);
    const instant = at === undefined ? undefined : parseInstant(at);
    if (instant !== undefined && instant > this.clock.now()) throw new ProblemError('bad-request', 'at must not be in the future');
    await this.waiting.caughtUpWith(after);
    const body = JSON.stringify(await this.queries.execute(new GetCredits(accountId, instant)));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag).header('cache-control', 'private, no-cache');
    if (matchesEtag(request.headers['if-none-match'], etag)) reply.code(304).send();
    else reply.header('content-type', 'application/json; charset=utf-8').send(body);
  }

  @Get(':accountId/ledger')
  @Route({
    summary: 'Every line of the account’s history, newest first, with its running balance',
    access: { scope: 'credits:read', account: 'path' },
    query: LedgerQuery,
    answers: { 200: { schema: 'LedgerPage' } },
    problems: ['invalid-cursor'],
  })
  ledger(@Param('accountId') path: string, @Query(inQuery(LedgerQuery)) { limit, cursor }: LedgerQuery): Promise<Page<LedgerLine>> {
    return this.queries.execute(new GetLedger(accountIdIn(path), Number(limit ?? 20), cursor));
  }
}
