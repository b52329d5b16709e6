import type { ProblemCode } from '#contracts';
import { problems, schemas } from '#contracts';
import type { RegisteredRoute } from '../edge/route-table.js';
import type { AnswerBody, Body, RouteSpec } from '../edge/route.js';
import type { Schema } from '#contracts/rules';
import { rulesOf } from '../edge/shape.js';

/** The OpenAPI 3.1 document of the routes that are there, made of what each declares: what it takes is what it is held to. */
export function describe(routes: readonly RegisteredRoute[], serverUrl: string): Schema {
  const paths: { [path: string]: { [method: string]: Schema } } = {};
  for (const { method, url, spec } of routes) {
    if (method === 'HEAD') continue;
    const path = url.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(method, url, spec) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'video credits',
      version: '1',
      description:
        'Credits that renew, videos that use them. Times are RFC 3339 UTC. Errors are RFC 9457 problem documents with a stable code. Every GET also answers HEAD.',
    },
    servers: [{ url: serverUrl }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key with the scope that the route names, or a customer’s token, which reaches their own account alone',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'vc_session',
          description: 'What POST /v1/session gave for a key or token; for our own pages',
        },
        signature: {
          type: 'apiKey',
          in: 'query',
          name: 'signature',
          description: 'An address that this service gave, with its expires and signature',
        },
      },
    },
  };
}

function operation(method: string, url: string, spec: RouteSpec): Schema {
  const parameters = [...pathParameters(url), ...keyParameter(spec), ...queryParameters(spec)];
  return {
    operationId: `${method.toLowerCase()}${url.replace(/^\/v1/, '').replace(/[^A-Za-z]+([A-Za-z])/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary: spec.summary,
    ...security(spec),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(spec.body === undefined ? {} : { requestBody: requestBody(spec.body) }),
    responses: { ...answers(spec), ...refusals(spec, method !== 'GET') },
  };
}

function pathParameters(url: string): readonly Schema[] {
  return [...url.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function keyParameter({ requestKey }: RouteSpec): readonly Schema[] {
  if (requestKey === undefined) return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: requestKey === 'required',
      description: 'The same key with the same content answers what it answered first, with Idempotent-Replayed: true',
      schema: { type: 'string', pattern: '^[\\x21-\\x7E]{1,255}$' },
    },
  ];
}

function queryParameters({ query, access }: RouteSpec): readonly Schema[] {
  const own =
    query === undefined
      ? []
      : [...rulesOf(query)].map(([name, rule]) => ({ name, in: 'query', required: rule.optional !== true, schema: rule.schema }));
  const signed =
    typeof access === 'string' || access.signed === undefined
      ? []
      : ['expires', 'signature'].map((name) => ({ name, in: 'query', required: access.scope === undefined, schema: { type: 'string' } }));
  return [...own, ...signed];
}

function security({ access }: RouteSpec): Schema {
  if (access === 'anyone') return { security: [] };
  if (access === 'signed-in') return { security: [{ key: [] }, { session: [] }] };
  return {
    security: [
      ...(access.scope === undefined ? [] : [{ key: [access.scope] }, { session: [] }]),
      ...(access.signed === undefined ? [] : [{ signature: [] }]),
    ],
  };
}

function requestBody(body: Body): Schema {
  switch (body.kind) {
    case 'json':
      return { required: true, content: { 'application/json': { schema: schemaOf(body.shape) } } };
    case 'cloud-event': {
      const content = { schema: { $ref: '#/components/schemas/CloudEvent' } };
      return { required: true, content: { 'application/cloudevents+json': content, 'application/json': content } };
    }
    case 'mp4':
      return { required: true, content: { 'video/mp4': {}, 'application/octet-stream': {} } };
    case 'picture':
      return {
        required: true,
        content: {
          'multipart/form-data': {
            schema: {
              type: 'object',
              properties: { file: { type: 'string', contentMediaType: 'image/*' }, accountId: { type: 'string' } },
              required: ['file'],
            },
          },
        },
      };
  }
}

function schemaOf(shape: new () => object): Schema {
  const rules = [...rulesOf(shape)];
  return {
    type: 'object',
    properties: Object.fromEntries(rules.map(([name, rule]) => [name, rule.schema])),
    required: rules.filter(([, rule]) => rule.optional !== true).map(([name]) => name),
    additionalProperties: false,
  };
}

function answers(spec: RouteSpec): Schema {
  return Object.fromEntries(
    Object.entries(spec.answers).map(([status, body]) => {
      if (body === null) return [status, { description: status === '304' ? 'Not modified' : 'Nothing' }];
      const headers =
        spec.requestKey === undefined
          ? {}
          : { headers: { 'Idempotent-Replayed': { description: '`true` on a replay', schema: { type: 'string' } } } };
      return [status, { description: spec.summary, content: contentOf(body), ...headers }];
    }),
  );
}

function contentOf(body: NonNullable<AnswerBody>): Schema {
  if ('content' in body) return { [body.content]: {} };
  if ('schema' in body) return { 'application/json': { schema: { $ref: `#/components/schemas/${body.schema}` } } };
  const contentSchema = { $ref: `#/components/schemas/${body.events}` };
  const description = 'Server-sent events without a name; the data of each is one line of JSON';
  return { 'text/event-stream': { schema: { type: 'string', description, contentMediaType: 'application/json', contentSchema } } };
}

/** Every way this route can refuse, by status, with the codes named. */
function refusals(spec: RouteSpec, takesBody: boolean): Schema {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codesOf(spec, takesBody)) {
    const status = problems[code][0];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => spec.answers[status] === undefined)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${problems[code][1]}`).join('\n\n'),
          content: {
            'application/problem+json': {
              schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: codes } } }] },
            },
          },
        },
      ]),
  );
}

/** The route's own problems and those that follow from what it declares. */
function codesOf({ access, requestKey, problems: own = [] }: RouteSpec, takesBody: boolean): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>(['bad-request', ...own]);
  if (access !== 'anyone') codes.add('unauthenticated');
  if (access !== 'anyone' && takesBody && (access === 'signed-in' || access.scope !== undefined)) codes.add('cross-site');
  if (typeof access !== 'string' && access.scope !== undefined) codes.add('missing-scope');
  if (typeof access !== 'string' && access.signed !== undefined) codes.add('invalid-signature');
  if (typeof access !== 'string' && access.account !== undefined && ['path', 'query', 'body', 'form'].includes(access.account))
    codes.add('not-found');
  if (takesBody) for (const code of ['invalid-body', 'payload-too-large', 'unsupported-media-type'] as const) codes.add(code);
  if (requestKey !== undefined) codes.add('invalid-idempotency-key');
  if (requestKey === 'required') codes.add('idempotency-key-required');
  return [...codes, 'internal', 'store-unavailable'];
}
