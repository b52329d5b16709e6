import { appendFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Client, expectStatus } from '../e2e/client.js';
import { type Environment, freePort, freshFolder, Service } from '../e2e/service.js';
import { Watch } from './watch.js';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
/** What a browser does by itself would be noise here: quick UDP, first runs, updates, background requests. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** The success criteria of WCAG 2.2 AA, by axe's tags. */
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const STEP_MS = 15_000;

/** Who looks: nobody signed in, staff, or the customer of an account. */
export type Who = 'nobody' | 'staff' | { readonly accountId: string };

/** The built service and a real browser, for the tests of one file. */
export class Stage {
  private readonly visitors: Visitor[] = [];
  private contexts = 0;
  private pages = 0;

  private constructor(
    private running: Service,
    private readonly environment: Environment,
    private readonly browser: Browser,
  ) {}

  /** Starts both; the service renders with as many workers as the environment says, else with none. */
  static async open(environment: Environment = {}): Promise<Stage> {
    // A port that it keeps, so that pages find it again after a restart.
    const settings = { SUPPORT_CONTACT: 'support@example.com', PORT: String(await freePort()), ...environment };
    const service = await Service.start(freshFolder(), settings);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET }).catch(async (error: unknown) => {
      await service.finish();
      throw error;
    });
    return new Stage(service, settings, browser);
  }

  get service(): Service {
    return this.running;
  }

  get client(): Client {
    return this.running.client;
  }

  /** Ends the service in good order and starts it again, at the same address and on the same folder. */
  async restart(): Promise<void> {
    await this.running.stop();
    this.running = await Service.start(this.running.folder, this.environment);
  }

  /** A browser profile of its own with one page, signed in as whoever looks. */
  async visit(who: Who, options: BrowserContextOptions & { readonly alsoFrom?: readonly string[] } = {}): Promise<Visitor> {
    const { alsoFrom = [], ...contextOptions } = options;
    const context = await this.browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Vienna', ...contextOptions });
    context.setDefaultTimeout(STEP_MS);
    context.on('page', () => this.pages++);
    this.contexts++;
    const watch = await Watch.over(context, [this.client.base, ...alsoFrom]);
    const token = who === 'nobody' ? undefined : who === 'staff' ? this.client.token : await this.customerToken(who.accountId);
    if (token !== undefined) await signIn(context, this.client.base, token);
    const visitor = new Visitor(context, await context.newPage(), watch, this.client.base);
    this.visitors.push(visitor);
    return visitor;
  }

  /** A real token for one account, as the host of an element would hand it over. */
  async customerToken(accountId: string): Promise<string> {
    return expectStatus(201, await this.client.post<{ token: string }>('/v1/sandbox/customer-tokens', { accountId })).token;
  }

  /** After each test: closes what it opened, and tells all that a page did and must not. */
  async leave(): Promise<readonly string[]> {
    const left = this.visitors.splice(0);
    await Promise.all(left.map(({ context }) => context.close()));
    return left.flatMap(({ watch }) => watch.faults());
  }

  async close(): Promise<void> {
    const ran = { version: this.browser.version(), contexts: this.contexts, pages: this.pages };
    if (process.env['BROWSER_RAN']) appendFileSync(process.env['BROWSER_RAN'], `${JSON.stringify(ran)}\n`);
    await this.browser.close();
    await this.running.finish();
  }
}

/** One person at one browser. */
export class Visitor {
  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly watch: Watch,
    readonly base: string,
  ) {}

  /** The same person in another tab. */
  inTab(page: Page): Visitor {
    return new Visitor(this.context, page, this.watch, this.base);
  }

  async go(path: string): Promise<Page> {
    await this.page.goto(`${this.base}${path}`);
    return this.page;
  }

  /** What axe finds wrong by WCAG 2.2 AA on the page as it stands, shadow trees included: one line each, naming rule and place. */
  async barriers(page = this.page): Promise<readonly string[]> {
    const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${JSON.stringify(target)}: ${failureSummary}`),
    );
  }
}

async function signIn(context: BrowserContext, base: string, token: string): Promise<void> {
  const response = await context.request.post(`${base}/v1/session`, { headers: { authorization: `Bearer ${token}` } });
  if (response.status() !== 201) throw new Error(`no session: ${response.status()} ${await response.text()}`);
}
