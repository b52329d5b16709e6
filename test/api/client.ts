import { schemas } from '#contracts';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { request } from 'node:http';
import { type Service, staffToken } from './service.js';

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD' | 'PATCH';
  readonly token?: string | null;
  /** Sent as JSON; text and bytes as they are. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

/** `B` is what the caller takes the body for; the description holds it to its schema. */
export interface Answered<B = Record<string, never>> {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | number | undefined };
  readonly body: B;
  readonly text: string;
  readonly bytes: Buffer;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ $id: 'http://description/', components: { schemas } });

type Description = {
  readonly paths: {
    readonly [path: string]: { readonly [method: string]: { readonly responses: { readonly [status: string]: unknown } } };
  };
};

/** Sends a request as staff, and holds the answer to what the description says of the route: its status, and the body's schema. */
export async function call<B = Record<string, never>>(
  service: Service,
  url: string,
  { method = 'GET', token = staffToken, body, headers = {} }: Sent = {},
): Promise<Answered<B>> {
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const answered = await send<B>(service, method, url, body === undefined || raw ? body : JSON.stringify(body), {
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined || raw ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  if (method !== 'HEAD') await holdToDescription(service, method, url, answered);
  return answered;
}

/** One request over a real connection, exactly as given. A list of pairs may name a header twice. */
export function send<B = Record<string, never>>(
  service: Service,
  method: string,
  path: string,
  body?: string | Buffer,
  headers: { readonly [name: string]: string | string[] } = {},
): Promise<Answered<B>> {
  return new Promise((resolve, reject) => {
    const length = body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(
      { host: '127.0.0.1', port: service.port, method, path, headers: { ...length, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString();
          const isJson = /json/.test(String(incoming.headers['content-type'])) && text !== '';
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: (isJson ? JSON.parse(text) : {}) as B,
            text,
            bytes,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function holdToDescription(
  service: Service,
  method: string,
  url: string,
  { status, body, headers }: Answered<unknown>,
): Promise<void> {
  const { paths } = await descriptionOf(service);
  const path = url.split('?')[0] ?? '';
  const pattern = Object.keys(paths).find((candidate) => new RegExp(`^${candidate.replace(/[{][^}]+[}]/g, '[^/]+')}$`).test(path));
  const operation = pattern === undefined ? undefined : paths[pattern]?.[method.toLowerCase()];
  if (operation === undefined) return;
  const response = operation.responses[String(status)] as
    | { readonly content?: { readonly [type: string]: { readonly schema?: object } } }
    | undefined;
  if (response === undefined)
    throw new Error(`${method} ${pattern} answered ${status} ${JSON.stringify(body)}, which its description does not know`);
  const type = String(headers['content-type'] ?? '').split(';')[0] ?? '';
  const schema = response.content?.[type]?.schema;
  if (schema === undefined) return;
  const validate = validatorOf(schema);
  if (!validate(body)) throw new Error(`${method} ${pattern} ${status}: ${JSON.stringify(validate.errors)}`);
}

const descriptions = new WeakMap<Service, Promise<Description>>();

function descriptionOf(service: Service): Promise<Description> {
  const known = descriptions.get(service) ?? send(service, 'GET', '/v1/openapi.json').then(({ text }) => JSON.parse(text) as Description);
  descriptions.set(service, known);
  return known;
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(schema: object): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/', '"http://description/#/');
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text) as object);
  validators.set(text, validate);
  return validate;
}
