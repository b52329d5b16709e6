import type { CreditsView } from '#contracts';
import type { Client, Problem } from './client.js';

/** How long a page waits for what must come, ms. */
const COMES_WITHIN_MS = 10_000;

export interface Message {
  readonly id: string;
  readonly credits: CreditsView;
}

/** A page that stays open on an account's credits, and keeps every message that it got. */
export class LivePage {
  readonly messages: Message[] = [];
  /** Names of the fields that came besides messages, in order. */
  readonly others: string[] = [];
  /** Resolves when the stream has ended, in whatever way. */
  readonly ended: Promise<void>;
  private over = false;
  private heard: () => void = () => undefined;

  private constructor(
    readonly headers: Headers,
    private readonly body: ReadableStream<Uint8Array>,
    private readonly leaving: AbortController,
  ) {
    this.ended = this.read();
  }

  /** Opens a stream; what is refused is given as the problem that it is. */
  static async open(client: Client, accountId: string, headers: Readonly<Record<string, string>> = {}): Promise<LivePage | Refused> {
    const leaving = new AbortController();
    const response = await client.send('GET', `/v1/accounts/${accountId}/credits/stream`, { headers, signal: leaving.signal });
    if (response.status !== 200 || !response.body)
      return { status: response.status, headers: response.headers, problem: (await response.json()) as Problem };
    return new LivePage(response.headers, response.body, leaving);
  }

  /** The first message that is as wanted, now or soon. Fails at the deadline and when the stream ends before. */
  async shows(wanted: (credits: CreditsView) => boolean): Promise<Message> {
    for (const deadline = performance.now() + COMES_WITHIN_MS; ; ) {
      const found = this.messages.find(({ credits }) => wanted(credits));
      if (found) return found;
      if (this.over || performance.now() > deadline) throw new Error(`not shown: ${JSON.stringify(this.messages.at(-1))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, COMES_WITHIN_MS);
        this.heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** What it shows now. */
  get last(): CreditsView | undefined {
    return this.messages.at(-1)?.credits;
  }

  async leave(): Promise<void> {
    this.leaving.abort();
    await this.ended;
  }

  private async read(): Promise<void> {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.body) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
        this.heard();
      }
    } catch (error) {
      // Whoever leaves, or whose service is gone, finds the stream broken off.
      this.others.push(String(error));
    }
    this.over = true;
    this.heard();
  }

  private take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
    const data = fields.get('data');
    if (data === undefined) this.others.push(...fields.keys());
    else this.messages.push({ id: fields.get('id') ?? '', credits: JSON.parse(data) as CreditsView });
  }
}

export interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly problem: Problem;
}

/** A stream that must open. */
export async function openPage(client: Client, accountId: string, headers: Readonly<Record<string, string>> = {}): Promise<LivePage> {
  const page = await LivePage.open(client, accountId, headers);
  if (!(page instanceof LivePage)) throw new Error(`no stream: ${JSON.stringify(page.problem)}`);
  return page;
}
