import 'reflect-metadata';
import { fork } from 'node:child_process';
import { CreateVideoBody, inBody, Route } from '#api';
import { causes, grantCredits } from '#credits';
import { Processor } from '#processor';
import { readSettings } from '#service';
import { startStandalone, type Standalone } from '#standalone';
import { projectionNames } from '#videos';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';

/** What the service under measurement tells its parent. */
export interface Ready {
  readonly port: number;
  readonly staffToken: string;
  /** Account and artwork pairs that may create videos. */
  readonly accounts: readonly { readonly accountId: string; readonly artworkId: string }[];
}

const PIXEL = { content: new Uint8Array([1]), contentType: 'image/png', width: 800, height: 600 } as const;
/** About as long as the answer of POST /v1/videos. */
const NOTHING = { nothing: 'x'.repeat(880) };

/** The same admission, body and size of answer as POST /v1/videos, doing nothing. */
@Controller('v1/nothing')
class NothingController {
  @Post()
  @HttpCode(201)
  @Route({
    summary: 'Nothing',
    access: { scope: 'videos:create', account: 'body' },
    body: { kind: 'json', shape: CreateVideoBody },
    requestKey: 'required',
    answers: { 201: { schema: 'VideoAndCredits' } },
  })
  async nothing(@Body(inBody(CreateVideoBody)) body: CreateVideoBody): Promise<typeof NOTHING> {
    return body.accountId === '' ? { nothing: '' } : NOTHING;
  }
}

@Module({ controllers: [NothingController] })
class NothingModule {}

/** Runs in the child: the whole product on a folder, with accounts that have credits, answering its parent's questions. */
export async function serve(folder: string, accounts: number, creditsEach: number): Promise<void> {
  const settings = readSettings({ DATA_DIR: folder, PORT: '0', SANDBOX: 'true', RENDER_WORKERS: '0', LOG_LEVEL: 'warn' });
  const service = await startStandalone(settings, [{ module: NothingModule }]);
  const list = await seed(service, accounts, creditsEach);
  process.on('message', (question: string) => {
    if (question === 'rest') void atRest(service).then(() => process.send?.('at rest'));
    if (question === 'memory') process.send?.(process.memoryUsage().rss);
    if (question === 'cpu') process.send?.(process.cpuUsage());
    if (question === 'stop') void service.stop().then(() => process.exit(0));
  });
  process.send?.({ port: Number(new URL(service.base).port), staffToken: service.staffToken, accounts: list } satisfies Ready);
}

async function seed({ domain }: Standalone, accounts: number, credits: number): Promise<Ready['accounts']> {
  return Promise.all(
    Array.from({ length: accounts }, async (_, n) => {
      const accountId = `bench-${n}`;
      const { artworkId } = await domain.artworks.add(accountId, PIXEL, {});
      const cause = causes.request('GrantCredits', 'seed');
      const grant = { credits, source: 'purchase', reason: 'bench', actor: null, ticket: null, expiresAt: null, validFrom: null } as const;
      await domain.accounts.transact({
        id: accountId,
        cause,
        decide: (state, past, now) => grantCredits({ ...grant, accountId, cause, now })(state, past),
      });
      return { accountId, artworkId };
    }),
  );
}

/** Resolves once every subscription has come to the end of the log. */
async function atRest({ ground, projector, app }: Standalone): Promise<void> {
  const processor = app.get(Processor, { strict: false });
  const head = await ground.store.head();
  await Promise.all(projectionNames.map((name) => projector.waitFor(name, head, 600_000)));
  while ((processor.publishedUpTo().get('render-jobs') ?? 0n) < head) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** The parent's hold on the service under measurement. */
export class ServiceUnderLoad {
  private constructor(
    private readonly child: ReturnType<typeof fork>,
    readonly ready: Ready,
  ) {}

  static async start(folder: string, accounts: number, creditsEach: number): Promise<ServiceUnderLoad> {
    const child = fork(process.argv[1] as string, ['--service', folder, String(accounts), String(creditsEach)], {
      execArgv: (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    return new ServiceUnderLoad(child, await answerOf<Ready>(child));
  }

  async rest(): Promise<void> {
    this.child.send('rest');
    await answerOf(this.child);
  }

  /** Processor time that the service has used so far, all threads, in µs. */
  async cpuUs(): Promise<number> {
    this.child.send('cpu');
    const { user, system } = await answerOf<NodeJS.CpuUsage>(this.child);
    return user + system;
  }

  async memoryMb(): Promise<number> {
    this.child.send('memory');
    return Math.round((await answerOf<number>(this.child)) / 1_048_576);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.send('stop');
    await ended;
  }
}

function answerOf<T>(child: ReturnType<typeof fork>): Promise<T> {
  return new Promise((resolve, reject) => {
    const exit = (code: number | null): void => reject(new Error(`the service ended with ${code}`));
    child.once('exit', exit);
    child.once('message', (message) => {
      child.off('exit', exit);
      resolve(message as T);
    });
  });
}
