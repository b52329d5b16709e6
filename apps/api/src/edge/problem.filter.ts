import type { ProblemCode, Refusal } from '#contracts';
import { InvalidCursorError, isEngineUnavailable, RebuildOvertakenError } from '#event-sourcing';
import { FileTooLargeError } from '#files';
import { ReadModelBehindError } from '#videos';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { Catch, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProblemError, pathOf, refuse } from './problem.js';
import type { RouteTable } from './route-table.js';

/** The one place where what was thrown becomes an answer. What is not known is a bug: it is logged, and the caller learns no internals. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  constructor(private readonly routes: RouteTable) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const refusal = this.refusalFor(error, reply);
    if (refusal.code === 'internal') this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    reply.send(refuse(reply, refusal));
  }

  private refusalFor(error: unknown, reply: FastifyReply): Refusal {
    if (error instanceof ProblemError) return error.refusal;
    if (isEngineUnavailable(error)) {
      this.logger.warn(String(error));
      return { code: 'store-unavailable' };
    }
    if (error instanceof ReadModelBehindError) return { code: 'read-model-behind' };
    if (error instanceof RebuildOvertakenError) return { code: 'rebuild-overtaken' };
    if (error instanceof InvalidCursorError) return { code: 'invalid-cursor' };
    if (error instanceof FileTooLargeError) return { code: 'payload-too-large', limitBytes: error.limitBytes };
    if (!(error instanceof Error)) return { code: 'internal' };
    // The caller went in the middle of its own body: nobody reads this, and nothing broke.
    if ('code' in error && error.code === 'ECONNRESET' && reply.request.raw.destroyed) return { code: 'bad-request' };
    const status = error instanceof HttpException ? error.getStatus() : 'statusCode' in error ? error.statusCode : 500;
    if (status === 404) return this.unrouted(reply);
    const code = codeByStatus(status);
    return code === 'bad-request' ? { code, detail: error.message } : { code };
  }

  private unrouted(reply: FastifyReply): Refusal {
    const methods = this.routes.methodsAt(pathOf(reply.request.raw.url ?? '/'));
    if (methods.length === 0 || methods.includes(reply.request.method)) return { code: 'not-found' };
    reply.header('allow', methods.join(', '));
    return { code: 'method-not-allowed', allow: methods };
  }
}

/** For what Fastify and its plugins throw: they know a status. */
function codeByStatus(status: unknown): ProblemCode {
  if (status === 413) return 'payload-too-large';
  if (status === 415) return 'unsupported-media-type';
  return typeof status === 'number' && status >= 400 && status < 500 ? 'bad-request' : 'internal';
}
