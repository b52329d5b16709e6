import { type Answered, Client, expectStatus, type Network } from '../../e2e/client.js';
import { until } from '../kit/until.js';
import type { RenderJob } from '#contracts';

const CAUGHT_UP_MS = 30_000;
/** One try of a claim where several apis are asked in turn. */
const CLAIM_SLICE_MS = 1_000;
/** Until all members of the render workers' group have their share of the topic, which a process that was killed may still hold. */
const CLAIM_PATIENCE_MS = 60_000;
/** Positions kept for processes that begin anew: more than requests are ever under way at once. */
const REMEMBERED = 200;

/**
 * A balancer that gives each request to the next api. What one has answered the other has not seen by itself: before it is asked to read, it
 * is asked to catch up with every position that the other has told (`?after=`), as a client of several processes has to.
 */
export class InTurn implements Network {
  #next = 0;
  #latest: readonly string[] = [];
  readonly #untold: ReadonlyMap<string, Set<string>>;

  constructor(
    readonly bases: readonly string[],
    /** May read everything. */
    private readonly token: string,
  ) {
    this.#untold = new Map(bases.map((base) => [base, new Set()]));
  }

  /** New processes at the same addresses remember nothing of what was answered before. */
  restarted(): void {
    for (const untold of this.#untold.values()) for (const position of this.#latest) untold.add(position);
  }

  async address(method: string, path: string): Promise<string> {
    const base = this.bases[this.#next++ % this.bases.length] as string;
    if (method === 'GET' && !/[?&]after=/.test(path)) await this.#catchUp(base);
    return base;
  }

  async answered(method: string, path: string, address: string, { status, body }: Answered<unknown>): Promise<void> {
    if (method === 'GET' || status >= 300) return;
    for (const position of positionsIn(body)) this.#told(address, position);
    if (path === '/v1/render-jobs/claim' && status === 200) await this.#claimed(address, body as RenderJob);
    if (path === '/v1/test-clock') await this.#clockMoved(address, (body as { readonly now: string }).now);
    // Elsewhere a revocation takes effect when what is remembered of the key is over (30 s), or at once where it is told, too.
    if (method === 'DELETE' && path.startsWith('/v1/ops/keys/'))
      for (const other of this.#othersThan(address)) await this.#ask(other, path, { method });
  }

  /** The answer is a job and has no position: that of its account has the start. */
  async #claimed(address: string, { accountId }: RenderJob): Promise<void> {
    const credits = await this.#ask(address, `/v1/accounts/${accountId}/credits`);
    for (const position of positionsIn(await credits.json())) this.#told(address, position);
  }

  /** Every process follows the test clock, a moment later. */
  async #clockMoved(address: string, now: string): Promise<void> {
    for (const other of this.#othersThan(address))
      await until(`${other} stands at ${now}`, CAUGHT_UP_MS, async () => {
        const clock = (await (await this.#ask(other, '/v1/test-clock')).json()) as { readonly now: string };
        return clock.now >= now || undefined;
      });
  }

  #told(by: string, position: string): void {
    this.#latest = [...this.#latest, position].slice(-REMEMBERED);
    for (const other of this.#othersThan(by)) this.#untold.get(other)?.add(position);
  }

  async #catchUp(base: string): Promise<void> {
    const untold = this.#untold.get(base);
    const positions = [...(untold ?? [])];
    untold?.clear();
    await Promise.all(
      positions.map((position) =>
        until(`${base} has caught up`, CAUGHT_UP_MS, async () => {
          const answer = await this.#ask(base, `/v1/videos?accountId=nobody&limit=1&after=${encodeURIComponent(position)}`);
          await answer.arrayBuffer();
          return answer.status === 200 || undefined;
        }),
      ),
    );
  }

  #othersThan(address: string): readonly string[] {
    return this.bases.filter((base) => base !== address);
  }

  #ask(base: string, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(base + path, { ...init, headers: { authorization: `Bearer ${this.token}` } });
  }
}

/** Every command's answer says how far what it shows has come. */
function positionsIn(body: unknown): readonly string[] {
  const { position, credits } = (body ?? {}) as { readonly position?: string; readonly credits?: { readonly position?: string } };
  return [position, credits?.position].filter((each) => each !== undefined);
}

/** Speaks to several apis in turn. */
export class InTurnClient extends Client {
  constructor(
    private readonly apis: InTurn,
    token: string | undefined,
  ) {
    super(apis.bases[0] as string, token, apis);
  }

  override as(token: string | undefined): Client {
    return new InTurnClient(this.apis, token);
  }

  /** Each api offers the jobs of its share of the topic: who wants one asks them in turn, and again where one is not in the group yet. */
  override async claim(workerId: string, waitMs: number): Promise<RenderJob | undefined> {
    if (waitMs <= CLAIM_SLICE_MS) return super.claim(workerId, waitMs);
    for (const deadline = performance.now() + CLAIM_PATIENCE_MS; performance.now() < deadline; ) {
      const answered = await this.post<RenderJob>('/v1/render-jobs/claim', { workerId, waitMs: CLAIM_SLICE_MS });
      if (answered.status === 200) return answered.body;
      if (answered.status !== 204) expectStatus(503, answered);
    }
    return undefined;
  }
}
