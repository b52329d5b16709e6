import { run } from '../../apps/cli/src/program.js';
import { serviceOf } from '../../apps/cli/src/service.http.js';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line as `npx credits` would, in this environment. */
export async function credits(env: { readonly [name: string]: string }, ...args: string[]): Promise<Ran> {
  let [out, err] = ['', ''];
  const exit = await run(args, {
    service: serviceOf(env),
    dataDir: env['CREDITS_URL'] === undefined ? env['DATA_DIR'] : undefined,
    env,
    freshKey: () => 'fresh-key',
    out: (text) => void (out += text),
    write: async (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { exit, out, err };
}
