import { Addresses, type Authenticator, Sessions, SignedUrls } from '#access';
import { systemMachineClock } from '#event-sourcing';
import type { Socket } from 'node:net';
import multipart from '@fastify/multipart';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type Settings, StartRefusedError, wordsOf } from '#service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { bodyBeyondReach, holdToPlace } from './edge/account-reach.js';
import { admission, type Gate, limitOf } from './edge/admission.js';
import { answersPreflight, everyAnswer, headersFor } from './edge/answer-headers.js';
import { ProblemError, refuse } from './edge/problem.js';
import { ProblemFilter } from './edge/problem.filter.js';
import { Refusals } from './edge/refusals.js';
import type { RouteSpec } from './edge/route.js';
import { RouteTable } from './edge/route-table.js';
import { Waiting } from './edge/waiting.js';
import { Metrics } from './ops/metrics.js';
import { AUTHENTICATORS } from './ports.js';
import { pictureLimits } from './videos/pictures.js';

export interface HttpOptions {
  readonly logger?: LoggerService | false;
}

/** Builds the HTTP service around a module that holds `ApiModule` and all that it needs. Not listening yet; routes are there. */
export async function createHttpApp(module: Type | DynamicModule, options: HttpOptions = {}): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    logger: false,
    // Middleware of the Express kind is not used; without it every request has one hook less to pass.
    skipMiddie: true,
    // A service that stops still answers what has arrived; the connection closes after it.
    return503OnClosing: false,
    // How long a request may take to arrive, ms.
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 600 },
    clientErrorHandler: answerMalformed,
    // An address that cannot be decoded never comes as far as the filter.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      reply.headers(everyAnswer).send(refuse(reply, { code: 'bad-request', detail: error.message }));
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    abortOnError: false,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  const routes = app.get(RouteTable, { strict: false });
  const fastify = adapter.getInstance<FastifyInstance>();
  const refusals = app.get(Refusals, { strict: false });
  fastify.decorate('refusals', { getter: () => refusals });
  fastify.decorateRequest('about', null);
  const addresses = app.get(Addresses, { strict: false });
  guardRoutes(fastify, routes, {
    authenticators: app.get<readonly Authenticator[]>(AUTHENTICATORS, { strict: false }),
    urls: app.get(SignedUrls, { strict: false }),
    sessions: app.get(Sessions, { strict: false }),
    base: () => addresses.base(),
  });
  await readBodies(fastify);
  watch(fastify, app.get(Metrics, { strict: false }));
  stopGracefully(fastify, app.get(Waiting, { strict: false }));
  app.useGlobalFilters(new ProblemFilter(routes));
  await app.init();
  await fastify.ready();
  return app;
}

/** Listens on HOST and PORT, and answers the address; port 0 takes a free one. Closes the service and throws StartRefusedError where it cannot. */
export async function listen(app: NestFastifyApplication, { host, port }: Pick<Settings, 'host' | 'port'>): Promise<string> {
  await app.listen(port, host).catch(async (error: unknown) => {
    await app.close();
    throw new StartRefusedError(`PORT ${port} on HOST ${host} cannot be had: ${wordsOf(error)}`);
  });
  const { port: taken } = app.getHttpServer().address() as { readonly port: number };
  return `http://${host}:${taken}`;
}

/** Gives every route its admission and its limit, from its own declaration. */
function guardRoutes(fastify: FastifyInstance, routes: RouteTable, gate: Gate): void {
  fastify.decorateRequest('identity', null);
  fastify.decorateRequest('session', null);
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(headersFor(request.raw.url ?? '/'));
    if (!answersPreflight(request, reply, routes)) done();
  });
  fastify.addHook('onRoute', (route) => {
    const spec = route.config?.spec;
    if (spec === undefined) throw new Error(`${String(route.method)} ${route.url} does not say who may call it: declare it with @Route`);
    holdToPlace(route.url, spec);
    const method = String(route.method);
    route.onRequest = [admission(spec, method, gate)];
    route.bodyLimit = limitOf(spec);
    if (spec.body === undefined && method !== 'GET' && method !== 'HEAD') {
      route.preHandler = (request, _reply, done) =>
        done(isEmpty(request.body) ? undefined : new ProblemError('invalid-body', 'this request takes no body'));
    }
    if (typeof spec.access === 'object' && spec.access.account === 'body') {
      route.preHandler = (request, _reply, done) => done(bodyBeyondReach(request));
    }
    routes.add({ method, url: route.url, spec });
  });
}

function isEmpty(body: unknown): boolean {
  return body === undefined || (typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0);
}

/** JSON is parsed, an MP4 is passed on as it arrives, forms are read by their route. Which route takes what, admission has seen to. */
async function readBodies(fastify: FastifyInstance): Promise<void> {
  fastify.removeAllContentTypeParsers();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser<string>(
    ['application/json', 'application/cloudevents+json'],
    { parseAs: 'string' },
    (request, text, done) => {
      if (text === '') return done(null, undefined);
      return parseJson(request, text, done);
    },
  );
  fastify.addContentTypeParser(['video/mp4', 'application/octet-stream'], (_request, content, done) => done(null, content));
  await fastify.register(multipart, {
    limits: { fileSize: pictureLimits.bytes, files: 1, fields: 4, parts: 5, fieldSize: 1_000, fieldNameSize: 100, headerPairs: 50 },
  });
}

function watch(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    // How long a page stays open says nothing about how fast the service answers.
    if (!(reply.statusCode === 200 && isStream(request.routeOptions.config.spec)))
      metrics.observe(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1_000);
    done();
  });
}

function isStream(spec: RouteSpec | undefined): boolean {
  const answer = spec?.answers[200];
  return answer !== undefined && answer !== null && 'events' in answer;
}

/** Requests get this long to end when the service stops, ms of real time; then their connections are cut. */
const graceMs = 5_000;

/** Lets go of those who wait, gives the others a moment, and then does not let a silent caller keep the service from stopping. */
function stopGracefully(fastify: FastifyInstance, waiting: Waiting): void {
  const closed = new AbortController();
  let grace = Promise.resolve();
  const connections = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  fastify.addHook('preClose', (done) => {
    waiting.stop();
    // Browsers open connections ahead. One on which nothing was ever asked is not idle to Node, and would be waited for.
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
    grace = systemMachineClock.sleep(graceMs, closed.signal).then(() => fastify.server.closeAllConnections());
    done();
  });
  fastify.addHook('onClose', async () => {
    closed.abort();
    await grace;
  });
}

/** What is not even HTTP gets an answer of the same kind as everything else. */
function answerMalformed(
  error: NodeJS.ErrnoException,
  socket: { readonly writable: boolean; write(text: string): unknown; destroy(error?: Error): unknown },
): void {
  if (error.code === 'ECONNRESET') return;
  if (socket.writable) {
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    const status = tooLarge ? 431 : 400;
    const body = JSON.stringify({ type: '/docs#bad-request', title: 'The request is not well formed', status, code: 'bad-request' });
    const title = tooLarge ? 'Request Header Fields Too Large' : 'Bad Request';
    socket.write(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroy();
}
