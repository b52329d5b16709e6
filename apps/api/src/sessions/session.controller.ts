import { Addresses, Sessions } from '#access';
import type { SessionView } from '#contracts';
import { Settings } from '#service';
import { Controller, Delete, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { crossSite, sessionCookie } from '../edge/session-cookie.js';

/** Who is signed in. A browser trades its key or token for a cookie here, so that no script has to keep it. */
@Controller('v1/session')
export class SessionController {
  constructor(
    private readonly sessions: Sessions,
    private readonly addresses: Addresses,
    private readonly settings: Settings,
  ) {}

  @Get()
  @Route({ summary: 'Who is signed in, by a header or a session', access: 'signed-in', answers: { 200: { schema: 'Session' } } })
  read(@Req() request: FastifyRequest): SessionView {
    return this.view(request, request.session?.expiresAt ?? request.identity?.expiresAt);
  }

  @Post()
  @Route({
    summary: 'Begin a session with the key or token in the Authorization header: the answer sets the cookie vc_session',
    access: 'signed-in',
    answers: { 201: { schema: 'Session' } },
    problems: ['cross-site'],
  })
  begin(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): SessionView {
    const { authorization } = request.headers;
    if (request.session !== null || authorization === undefined)
      throw new ProblemError('unauthenticated', 'send the key or token in the Authorization header');
    // Nobody else's page may sign a person in as somebody.
    const refused = crossSite(request, () => this.addresses.base(), 'taken');
    if (refused !== undefined) throw refused;
    const sealed = this.sessions.seal(authorization.slice('bearer '.length).trim(), request.identity?.expiresAt);
    if (sealed === undefined) throw new ProblemError('bad-request', 'this token is too long for a cookie; send it with each request');
    if (sealed.lifetimeMs <= 0) throw new ProblemError('unauthenticated', 'this token has ended');
    reply.header('set-cookie', sessionCookie(sealed, this.settings.publicUrl));
    return this.view(request, sealed.expiresAt);
  }

  @Delete()
  @HttpCode(204)
  @Route({ summary: 'Sign out: the cookie goes', access: 'anyone', answers: { 204: null }, problems: ['cross-site'] })
  end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    const refused = crossSite(request, () => this.addresses.base(), 'taken');
    if (refused !== undefined) throw refused;
    reply.header('set-cookie', sessionCookie({ value: '', lifetimeMs: 0 }, this.settings.publicUrl));
  }

  private view({ identity }: FastifyRequest, expiresAt: number | undefined): SessionView {
    if (identity === null) throw new ProblemError('unauthenticated');
    const { accountId = null, keyName, scopes } = identity;
    return {
      kind: accountId === null ? 'staff' : 'customer',
      name: accountId ?? keyName,
      accountId,
      scopes: [...scopes],
      expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
      sandbox: this.settings.sandbox,
      supportContact: this.settings.supportContact,
    };
  }
}
