import type { BrowserContext, ConsoleMessage, Page, Request } from 'playwright-core';

declare global {
  interface Window {
    toldViolation(violation: string): Promise<void>;
  }
}

/** What a page must never do. Every test ends by asking for it. */
export class Watch {
  private readonly seen: string[] = [];
  private readonly forgiven: RegExp[] = [];

  private constructor(private readonly origins: Set<string>) {}

  /** Watches every page of the context: its console, its uncaught errors, what its security policy stopped, and whom it asks. */
  static async over(context: BrowserContext, origins: readonly string[]): Promise<Watch> {
    const watch = new Watch(new Set(origins));
    await context.exposeBinding('toldViolation', (_source, violation: string) => watch.seen.push(`content security policy: ${violation}`));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        void window.toldViolation(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
      });
    });
    context.on('request', (request) => watch.asked(request));
    context.on('weberror', (error) => watch.seen.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    context.on('console', (message) => watch.said(message));
    return watch;
  }

  /** A browser reports every answer of 400 and more in its console; where a test provokes one, it says so. */
  forgive(...what: RegExp[]): void {
    this.forgiven.push(...what);
  }

  /** Everything that a page did and must not. */
  faults(): readonly string[] {
    return this.seen.filter((fault) => !this.forgiven.some((pattern) => pattern.test(fault)));
  }

  private said(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    this.seen.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
  }

  private asked(request: Request): void {
    const { protocol, origin } = new URL(request.url());
    if (protocol === 'data:' || protocol === 'blob:' || this.origins.has(origin)) return;
    this.seen.push(`asked a third party: ${request.url()}`);
  }
}

/** Pages wider than their window scroll sideways: by how many pixels, 0 where none does. */
export function sidewaysPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
