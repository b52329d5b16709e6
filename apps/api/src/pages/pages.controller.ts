import { Sessions, type SignInLink } from '#access';
import { Settings } from '#service';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageHeaders } from '../edge/answer-headers.js';
import { matchesEtag } from '../edge/file-answer.js';
import { ProblemError } from '../edge/problem.js';
import { Route } from '../edge/route.js';
import { sessionCookie } from '../edge/session-cookie.js';
import { SIGN_IN_LINK } from '../ports.js';
import { WebFiles } from './web-files.js';

/** A file whose name changes with its content is asked for once, and kept for a year. */
const forGood = 'public, max-age=31536000, immutable';

/** The pages and the elements. They are open to anyone: what they show, they ask for as whoever is signed in. */
@Controller()
export class PagesController {
  private readonly pageHeaders: ReturnType<typeof pageHeaders>;

  constructor(
    private readonly files: WebFiles,
    private readonly settings: Settings,
    private readonly sessions: Sessions,
    @Inject(SIGN_IN_LINK) private readonly link: SignInLink | null,
  ) {
    this.pageHeaders = pageHeaders(settings.frameAncestors);
  }

  @Get()
  @Route({ summary: 'The dashboard', access: 'anyone', anyQuery: true, answers: { 200: { content: 'text/html' }, 304: null } })
  dashboard(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send(request, reply, 'index.html', this.pageHeaders);
  }

  @Get('support')
  @Route({ summary: 'The support desk', access: 'anyone', anyQuery: true, answers: { 200: { content: 'text/html' }, 304: null } })
  support(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send(request, reply, 'support.html', this.pageHeaders);
  }

  @Get('sign-in')
  @Route({
    summary: 'Where staff sign in; with the link that was printed at start, signed in at once',
    access: 'anyone',
    anyQuery: true,
    answers: { 200: { content: 'text/html' }, 303: null, 304: null },
  })
  async signIn(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { link } = request.query as { readonly link?: unknown };
    if (link === undefined) return this.send(request, reply, 'sign-in.html', this.pageHeaders);
    // Whoever only looks at the address must not use it up.
    const token = request.method === 'HEAD' || typeof link !== 'string' ? undefined : this.link?.redeem(link);
    const sealed = token === undefined ? undefined : this.sessions.seal(token);
    if (sealed !== undefined) reply.header('set-cookie', sessionCookie(sealed, this.settings.publicUrl));
    reply
      .code(303)
      .header('location', sealed === undefined ? '/sign-in?used' : '/')
      .send();
  }

  @Get('web/:file')
  @Route({
    summary: 'What the pages are made of; a name never changes its content',
    access: 'anyone',
    answers: { 200: { content: '*/*' }, 304: null },
    problems: ['not-found'],
  })
  asset(@Param('file') file: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send(request, reply, `assets/${file}`, { 'cache-control': forGood });
  }

  @Get('elements/:file')
  @Route({
    summary: 'The elements, for pages anywhere: import video-credits.js as a module',
    access: 'anyone',
    answers: { 200: { content: 'text/javascript' }, 304: null },
    problems: ['not-found'],
  })
  element(@Param('file') file: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send(request, reply, `elements/${file}`, { 'cache-control': 'public, no-cache' });
  }

  private async send(
    request: FastifyRequest,
    reply: FastifyReply,
    name: string,
    headers: { readonly [name: string]: string },
  ): Promise<void> {
    const file = await this.files.find(name, request.headers['accept-encoding']);
    if (file === undefined) throw new ProblemError('not-found');
    reply.headers({ ...headers, etag: file.etag, vary: 'accept-encoding' });
    if (matchesEtag(request.headers['if-none-match'], file.etag)) {
      reply.code(304).send();
      return;
    }
    if (file.encoding !== undefined) reply.header('content-encoding', file.encoding);
    reply.header('content-type', file.contentType).send(file.content);
  }
}
