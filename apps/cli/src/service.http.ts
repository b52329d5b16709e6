import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The service said no, with the problem document it gave for it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  constructor(
    readonly status: number,
    readonly problem: { readonly [fact: string]: unknown },
  ) {
    const { title, detail, code } = problem as { readonly [fact: string]: string | undefined };
    super(`${detail ?? title ?? 'The service refused'} (${code ?? status})`);
  }
}

/** There was no answer, or none that the service gives; the message says what to do. */
export class UnreachedError extends Error {
  override readonly name = 'UnreachedError';
}

export type Method = 'GET' | 'POST' | 'DELETE';

/** The running service, as the command line speaks to it. */
export interface Service {
  /** Answers the JSON of a 2xx. Throws RefusedError or UnreachedError. */
  ask<T>(method: Method, path: string, body?: object, headers?: { readonly [name: string]: string }): Promise<T>;
}

type Env = { readonly [name: string]: string | undefined };

/** The service that the environment names: CREDITS_URL, else PORT on this machine; STAFF_API_KEY, else the key in DATA_DIR. */
export function serviceOf(env: Env): Service {
  const base = (env['CREDITS_URL'] || `http://127.0.0.1:${env['PORT'] || '3000'}`).replace(/\/+$/, '');
  return {
    async ask<T>(method: Method, path: string, body?: object, headers: { readonly [name: string]: string } = {}): Promise<T> {
      const request: RequestInit = {
        method,
        headers: {
          authorization: `Bearer ${staffKey(env)}`,
          accept: 'application/json',
          ...(body && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      };
      return (await answered(base, await sent(base, `${base}/v1${path}`, request))) as T;
    },
  };
}

async function sent(base: string, url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UnreachedError(
      `No service answers at ${base} (${cause}).\nStart it with \`npm start\`, or name the right address in CREDITS_URL or PORT.`,
    );
  }
}

async function answered(base: string, response: Response): Promise<unknown> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  if (response.ok && json) return JSON.parse(text);
  const problem = json ? (JSON.parse(text) as { readonly [fact: string]: unknown }) : {};
  if (response.status === 401) {
    throw new UnreachedError(
      `The service at ${base} does not take this key.\nIts staff key is in staff.key of its data folder: set DATA_DIR to that folder, or STAFF_API_KEY to the key.`,
    );
  }
  if (typeof problem['code'] !== 'string')
    throw new UnreachedError(`What answers at ${base} is not this service (status ${response.status}). Check CREDITS_URL or PORT.`);
  throw new RefusedError(response.status, problem);
}

function staffKey(env: Env): string {
  const given = env['STAFF_API_KEY'];
  if (given) return given;
  const path = join(env['DATA_DIR'] || './data', 'staff.key');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UnreachedError(
      `There is no key: STAFF_API_KEY is not set, and ${path} cannot be read (${code}).\nSet STAFF_API_KEY, or DATA_DIR to the service's data folder.`,
    );
  }
}
