import type { KeyListing, Scope } from '#access';
import { ApiKeys, scopes } from '#access';
import { Body, Controller, Delete, Get, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../edge/problem.js';
import { Route, callerOf } from '../edge/route.js';
import { Is, someOf, text } from '#contracts/rules';
import { inBody } from '../edge/shape.js';

export class CreateKeyBody {
  @Is(text(1, 100)) name!: string;
  @Is(someOf(scopes)) scopes!: Scope[];
}

/** The API keys of machines and staff. */
@Controller('v1/ops/keys')
export class KeysController {
  constructor(private readonly keys: ApiKeys) {}

  @Get()
  @Route({ summary: 'All API keys, without their secrets', access: { scope: 'ops' }, answers: { 200: { schema: 'KeyList' } } })
  async list(): Promise<{ readonly items: readonly KeyListing[] }> {
    return { items: await this.keys.list() };
  }

  @Post()
  @Route({
    summary: 'Make an API key; its token is in this answer and nowhere else',
    access: { scope: 'ops' },
    body: { kind: 'json', shape: CreateKeyBody },
    answers: { 201: { schema: 'NewKey' } },
  })
  create(
    @Body(inBody(CreateKeyBody)) body: CreateKeyBody,
    @Req() request: FastifyRequest,
  ): Promise<KeyListing & { readonly token: string }> {
    return this.keys.create(body.name, body.scopes, callerOf(request));
  }

  @Delete(':id')
  @Route({
    summary: 'Revoke an API key: it opens nothing from now on',
    access: { scope: 'ops' },
    answers: { 200: { schema: 'Key' } },
    problems: ['not-found'],
  })
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest): Promise<KeyListing> {
    const key = await this.keys.revoke(id, callerOf(request));
    if (key === undefined) throw new ProblemError('not-found');
    return key;
  }
}
