import type { CreditsView } from '#contracts';
import { type TemplateResult, html, nothing } from 'lit';
import type { VideoOrder } from '../client/video-order.js';
import { type Sentence, standingOf } from '../words/standing.js';
import { supportContact } from './support-contact.js';
import type { Wording } from './wording.js';

interface Footer extends Wording {
  readonly order: VideoOrder;
  readonly credits: CreditsView | null;
  readonly contact: string | null;
  readonly offline: boolean;
}

/** The end of the pop-up: the one button and what it uses, or, with nothing left, when there will be more and how to get it. */
export function orderFooter(footer: Footer): TemplateResult {
  const { credits, order } = footer;
  const trouble = order.trouble === null ? nothing : html`${footer.say(order.trouble.name, footer.limits)}`;
  const nothingLeft = credits?.available === 0 && !order.sending && order.trouble?.name !== 'lostCreating';
  return html`<p class="trouble" role="alert">${trouble}</p>
    ${nothingLeft && credits !== null ? spent(footer, credits) : creation(footer)}`;
}

function creation({ say, sentence, order, credits, offline }: Footer): TemplateResult {
  const available = credits?.available ?? 0;
  const again = order.trouble?.name === 'lostCreating' || order.trouble?.name === 'brokenCreating';
  return html`<button class="primary create" part="create" type="submit" aria-disabled=${order.sending ? 'true' : 'false'}>
      ${order.sending ? say('creating') : html`${say(again ? 'tryAgain' : 'createVideo')}${again || available === 0 ? nothing : html`<span aria-hidden="true">·</span><span class="unseen">, </span><span class="price">${say('uses', { n: 1, of: available })}</span>`}`}
    </button>
    <p class="after">${offline ? say('offline') : credits === null || available === 0 ? nothing : sentence(leaving(credits))} ${say('downloadsFree')}</p>`;
}

/** What will be left. */
function leaving({ available, nextRenewalAt }: CreditsView): Sentence {
  const date = nextRenewalAt === null ? {} : { date: nextRenewalAt };
  const dated = nextRenewalAt !== null;
  if (available <= 1) return { name: dated ? 'leavesNoneUntil' : 'leavesNone', ...date };
  return { name: dated ? 'leavesUntil' : 'leaves', n: available - 1, ...date };
}

function spent({ say, sentence, contact }: Footer, credits: CreditsView): TemplateResult {
  const { headline, advice } = standingOf(credits);
  return html`<div class="spent" part="spent">
    <p><strong>${sentence(headline)}</strong></p>
    <p>
      ${advice === null ? nothing : sentence(advice)}
      ${contact === null ? nothing : html`${say('more')} ${say('moreFrom', { contact: supportContact(contact) })}`}
    </p>
    <p class="after">${say('downloadsFree')}</p>
  </div>`;
}
