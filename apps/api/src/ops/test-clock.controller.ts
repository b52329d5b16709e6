import { parseInstant } from '#contracts';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import type { Rule } from '#contracts/rules';
import { Is, instant, optional } from '#contracts/rules';
import { inBody } from '../edge/shape.js';
import { TestClock } from '../ports.js';
import { Settings } from '#service';
import { isDuration, later } from './durations.js';

const duration: Rule = { allows: isDuration, words: 'an ISO 8601 duration like P30D', schema: { type: 'string', pattern: '^P' } };

/** The last instant that RFC 3339 can write, ms. */
const endOfTime = Date.UTC(9999, 11, 31);

export class TestClockBody {
  @Is(optional(instant)) now?: string | null;
  @Is(optional(duration)) advance?: string | null;
}

/** Moves the business clock, in a sandbox only: anywhere else there is no such thing. */
@Controller('v1/test-clock')
export class TestClockController {
  constructor(
    private readonly clock: TestClock,
    private readonly settings: Settings,
  ) {}

  @Get()
  @Route({
    summary: 'The service’s instant (sandbox)',
    access: { scope: 'ops' },
    answers: { 200: { schema: 'Now' } },
    problems: ['not-found'],
  })
  read(): { readonly now: string } {
    this.inSandbox();
    return { now: new Date(this.clock.now()).toISOString() };
  }

  @Post()
  @HttpCode(200)
  @Route({
    summary: 'Move the service’s clock (sandbox); answers when everything due up to then is written and shown',
    access: { scope: 'ops' },
    body: { kind: 'json', shape: TestClockBody },
    answers: { 200: { schema: 'Now' } },
    problems: ['not-found', 'clock-cannot-go-back'],
  })
  async move(@Body(inBody(TestClockBody)) { now, advance }: TestClockBody): Promise<{ readonly now: string }> {
    this.inSandbox();
    const target = advance ? later(this.clock.now(), advance) : parseInstant(now);
    if (target === undefined || (now && advance)) throw new ProblemError('invalid-body', 'give either now or advance');
    if (!(target <= endOfTime)) throw new ProblemError('invalid-body', 'the clock ends with the year 9999');
    if (!(await this.clock.set(target)))
      throw new ProblemError('clock-cannot-go-back', undefined, { now: new Date(this.clock.now()).toISOString() });
    return this.read();
  }

  private inSandbox(): void {
    if (!this.settings.sandbox) throw new ProblemError('not-found');
  }
}
