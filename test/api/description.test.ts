import { problems, schemas } from '#contracts';
import { RouteTable } from '../../apps/api/src/edge/route-table.js';
import { call } from './client.js';
import { type Service, startService } from './service.js';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: object }[];
  readonly responses: {
    readonly [status: string]: {
      readonly description: string;
      readonly content?: { readonly [type: string]: { readonly schema?: object } };
    };
  };
  readonly security: readonly object[];
}

let service: Service;
let document: {
  readonly openapi: string;
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: object };
};
beforeAll(async () => {
  service = await startService();
  document = (await call<typeof document>(service, '/v1/openapi.json', { token: null })).body;
});
afterAll(() => service.app.close());

const operations = (): (readonly [string, Operation])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );

describe('the description', () => {
  it('is OpenAPI 3.1 and names every route that there is, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    const registered = service.app
      .get(RouteTable)
      .list()
      .filter(({ method }) => method !== 'HEAD');
    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual(registered.map(({ method, url }) => `${method} ${url.replace(/:([A-Za-z]+)/g, '{$1}')}`).sort());
    for (const route of [
      'POST /v1/videos',
      'GET /v1/videos/{videoId}/download',
      'POST /v1/artworks',
      'GET /v1/accounts/{accountId}/ledger',
      'POST /v1/render-jobs/claim',
      'GET /v1/events',
      'DELETE /v1/ops/keys/{id}',
    ]) {
      expect(operations().map(([name]) => name)).toContain(route);
    }
  });

  it('gives each operation an id of its own, an answer, a description for each answer and its refusals', () => {
    expect(new Set(operations().map(([, { operationId }]) => operationId)).size).toBe(operations().length);
    for (const [name, { responses, security }] of operations()) {
      const statuses = Object.keys(responses);
      expect([name, statuses.some((status) => /^2/.test(status)), statuses.includes('500'), statuses.includes('400')]).toEqual([
        name,
        true,
        true,
        true,
      ]);
      expect([name, statuses.includes('401')]).toEqual([name, security.length > 0]);
      for (const { description } of Object.values(responses)) expect(description).not.toBe('');
    }
  });

  it('names every parameter of a path once', () => {
    for (const [name, { parameters = [] }] of operations()) {
      const inPath = [...name.matchAll(/[{]([^}]+)[}]/g)].map(([, parameter]) => parameter);
      expect([name, parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)]).toEqual([name, inPath]);
      for (const { required } of parameters.filter((parameter) => parameter.in === 'path')) expect(required).toBe(true);
      expect(new Set(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).size).toBe(parameters.length);
    }
  });

  it('refers to nothing that is not there, and holds nothing that nobody refers to', () => {
    const referred = new Set([...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([A-Za-z]+)"/g)].map(([, name]) => name));
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
    expect(Object.keys(schemas).sort()).toEqual(Object.keys(document.components.schemas).sort());
  });

  it('says what interfaces promise of POST /v1/videos', () => {
    const operation = document.paths['/v1/videos']?.['post'];
    expect(Object.keys(operation?.responses ?? {})).toEqual([
      '201',
      '400',
      '401',
      '402',
      '403',
      '404',
      '409',
      '413',
      '415',
      '422',
      '500',
      '503',
    ]);
    expect(operation?.parameters).toEqual([expect.objectContaining({ name: 'Idempotency-Key', in: 'header', required: true })]);
    expect(operation?.security).toEqual([{ key: ['videos:create'] }, { session: [] }]);
    expect(operation).toMatchObject({
      requestBody: {
        content: {
          'application/json': {
            schema: {
              required: ['accountId', 'roomId', 'artworkId'],
              additionalProperties: false,
              properties: { title: { type: ['string', 'null'], maxLength: 200 } },
            },
          },
        },
      },
    });
  });

  it('is a page too, without script and without anything from elsewhere', async () => {
    const { status, text, headers } = await call(service, '/docs', { token: null });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).not.toMatch(/<script|https?:\/\/|@import|url\(/);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/);
    for (const code of Object.keys(problems)) expect(text).toContain(`id="${code}"`);
    for (const [name] of operations())
      expect(text).toContain(`<h3><b>${name.split(' ')[0]}</b> ${name.split(' ')[1]?.replace(/[{]([^}]+)[}]/g, ':$1')}</h3>`);
  });
});
