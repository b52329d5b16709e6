import { createHash } from 'node:crypto';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Addresses } from '#access';
import { RouteTable } from '../edge/route-table.js';
import { Route } from '../edge/route.js';
import { describe } from './description.js';
import { docsPage } from './docs-page.js';

/** The interface, described by itself: for machines and for people. Made at the first request. */
@Controller()
export class DescriptionController {
  private document: string | undefined;
  private page: { readonly html: string; readonly policy: string } | undefined;

  constructor(
    private readonly routes: RouteTable,
    private readonly addresses: Addresses,
  ) {}

  @Get('v1/openapi.json')
  @Route({ summary: 'This interface as OpenAPI 3.1', access: 'anyone', answers: { 200: { content: 'application/json' } } })
  openapi(@Res() reply: FastifyReply): void {
    this.document ??= JSON.stringify(describe(this.routes.list(), this.addresses.base()));
    reply.header('content-type', 'application/json; charset=utf-8').header('cache-control', 'no-cache').send(this.document);
  }

  @Get('docs')
  @Route({ summary: 'This interface as a page', access: 'anyone', answers: { 200: { content: 'text/html' } } })
  docs(@Res() reply: FastifyReply): void {
    this.page ??= this.makePage();
    reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', this.page.policy)
      .header('cache-control', 'no-cache')
      .send(this.page.html);
  }

  private makePage(): { readonly html: string; readonly policy: string } {
    const html = docsPage(this.routes.list());
    const style = /<style>(.*?)<\/style>/s.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    return { html, policy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'` };
  }
}
