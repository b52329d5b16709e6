import { SandboxTokens } from '#access';
import { Is, id } from '#contracts/rules';
import { Settings } from '#service';
import { Body, Controller, Post } from '@nestjs/common';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { inBody } from '../edge/shape.js';

export class CustomerTokenBody {
  @Is(id) accountId!: string;
}

/** Customers to try things with, in a sandbox only: anywhere else there is no such thing. */
@Controller('v1/sandbox')
export class SandboxTokensController {
  constructor(
    private readonly tokens: SandboxTokens,
    private readonly settings: Settings,
  ) {}

  @Post('customer-tokens')
  @Route({
    summary: 'Make a customer token for one account (sandbox)',
    access: { scope: 'ops' },
    body: { kind: 'json', shape: CustomerTokenBody },
    answers: { 201: { schema: 'CustomerToken' } },
    problems: ['not-found'],
  })
  async make(
    @Body(inBody(CustomerTokenBody)) { accountId }: CustomerTokenBody,
  ): Promise<{ readonly token: string; readonly expiresAt: string }> {
    if (!this.settings.sandbox) throw new ProblemError('not-found');
    const { token, expiresAt } = await this.tokens.issue(accountId);
    return { token, expiresAt: new Date(expiresAt).toISOString() };
  }
}
