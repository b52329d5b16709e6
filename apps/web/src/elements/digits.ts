import { type TemplateResult, html } from 'lit';
import { keyed } from 'lit/directives/keyed.js';

/** A number whose digits turn over when it changes: up when it grows, down when it shrinks. What is read aloud is the number. */
export function digits(locale: string, n: number, before: number | null): TemplateResult {
  const turn = before === null || before === n ? '' : before < n ? 'up' : 'down';
  return html`<span class="digits">${keyed(n, html`<span class="digit ${turn}">${new Intl.NumberFormat(locale).format(n)}</span>`)}</span>`;
}
