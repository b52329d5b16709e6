import { html, LitElement, type PropertyValues } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { factWords, momentOf } from './fact-words.js';
import { sandboxStyles } from './sandbox.styles.js';
import type { Fact, SandboxService } from './sandbox-service.js';
import { saying } from './saying.js';

const SHOWN = 30;
const AGAIN_MS = 2_000;

/** What happens, as it happens: the published facts from now on, newest first. */
export class SandboxFeed extends LitElement {
  static override styles = sandboxStyles;
  static override properties = { service: { attribute: false }, account: {}, facts: { state: true }, said: { state: true } };

  declare service: SandboxService;
  declare account: string;
  declare private facts: readonly Fact[];
  declare private said: string;

  constructor() {
    super();
    this.facts = [];
    this.said = '';
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.follow();
  }

  protected override render(): unknown {
    return html`
      <h3>What happens</h3>
      <p class="said" role="status">${this.said}</p>
      ${this.facts.length === 0 ? html`<p class="quiet">Facts appear here as they are written: start a trial, make a video, move the clock.</p>` : ''}
      <ol class="feed" aria-live="polite" aria-label="Facts, newest first">
        ${repeat(
          this.facts,
          ({ id }) => id,
          ({ data, type, ...fact }) => html`
            <li class=${type.replace('.', '-')}>
              <span class="what">${factWords({ data, type, ...fact })}</span>
              <span class="when"><time datetime=${data.at} title=${data.at}>${momentOf(data.at)}</time> · ${data.accountId}</span>
            </li>
          `,
        )}
      </ol>
    `;
  }

  private async follow(): Promise<void> {
    let after: string | undefined;
    while (this.isConnected) {
      // From where the log is when the page opens: what was before is in the ledger.
      after ??= await this.ask(async () => (await this.service.credits(this.account)).position);
      const from = after;
      const page = from === undefined ? undefined : await this.ask(() => this.service.facts(from));
      if (page === undefined) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      else {
        after = page.next;
        this.said = '';
        if (page.items.length > 0) this.facts = [...[...page.items].reverse(), ...this.facts].slice(0, SHOWN);
      }
    }
  }

  private ask<T>(what: () => Promise<T>): Promise<T | undefined> {
    return saying(what, (words) => (this.said = words));
  }
}

customElements.define('sandbox-feed', SandboxFeed);
