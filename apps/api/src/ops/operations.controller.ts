import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ownIdIn } from '../edge/path-ids.js';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { Is, absentOr, id, optional, token, wholeNumberText } from '#contracts/rules';
import { inBody, inQuery } from '../edge/shape.js';
import type { Verification } from '#videos';
import type { ParkedMessage } from '../ports.js';
import { Operations } from '../ports.js';

export class ParkedQuery {
  @Is(absentOr(wholeNumberText(1, 100))) limit?: string;
  @Is(absentOr(token)) cursor?: string;
}

export class RebuildBody {
  @Is(optional(id)) name?: string | null;
}

/** What an operator does while the service runs: parked messages, verifying, rebuilding. */
@Controller('v1/ops')
export class OperationsController {
  constructor(private readonly operations: Operations) {}

  @Get('parked')
  @Route({
    summary: 'Messages set aside, each with its reason, oldest first',
    access: { scope: 'ops' },
    query: ParkedQuery,
    answers: { 200: { schema: 'ParkedPage' } },
  })
  async parked(
    @Query(inQuery(ParkedQuery)) { limit, cursor }: ParkedQuery,
  ): Promise<{ readonly items: readonly ParkedMessage[]; readonly nextCursor: string | null }> {
    const size = Number(limit ?? 20);
    const found = await this.operations.parked({ limit: size + 1, ...(cursor === undefined ? {} : { after: cursor }) });
    const items = found.slice(0, size);
    return { items, nextCursor: found.length > size ? (items.at(-1)?.id ?? null) : null };
  }

  @Post('parked/:id/replay')
  @HttpCode(200)
  @Route({
    summary: 'Put a parked message on its topic again',
    access: { scope: 'ops' },
    answers: { 200: { schema: 'ParkedId' } },
    problems: ['not-found'],
  })
  async replay(@Param('id') path: string): Promise<{ readonly id: string }> {
    const parkedId = ownIdIn(path, 'not-found');
    if (!(await this.operations.replay(parkedId))) throw new ProblemError('not-found');
    return { id: parkedId };
  }

  @Post('parked/:id/discard')
  @HttpCode(200)
  @Route({
    summary: 'Drop a parked message for good',
    access: { scope: 'ops' },
    answers: { 200: { schema: 'ParkedId' } },
    problems: ['not-found'],
  })
  async discard(@Param('id') path: string): Promise<{ readonly id: string }> {
    const parkedId = ownIdIn(path, 'not-found');
    if (!(await this.operations.discard(parkedId))) throw new ProblemError('not-found');
    return { id: parkedId };
  }

  @Post('verify')
  @HttpCode(200)
  @Route({
    summary: 'Check the log’s chain, the invariants and the read models',
    access: { scope: 'ops' },
    answers: { 200: { schema: 'Verification' } },
  })
  verify(): Promise<Verification> {
    return this.operations.verify();
  }

  @Post('rebuild')
  @HttpCode(200)
  @Route({
    summary: 'Make one read model, or all, anew from the log beside the live one, then switch',
    access: { scope: 'ops' },
    body: { kind: 'json', shape: RebuildBody },
    answers: { 200: { schema: 'Rebuilt' } },
    problems: ['not-found'],
  })
  async rebuild(@Body(inBody(RebuildBody)) { name }: RebuildBody): Promise<{ readonly rebuilt: readonly string[] }> {
    const rebuilt = await this.operations.rebuild(name ?? undefined);
    if (rebuilt === undefined) throw new ProblemError('not-found');
    return rebuilt;
  }
}
