import '../elements/video-credits.js';
import { AccountDesk } from './support/account-desk.element.js';
import { AccountSearch } from './support/account-search.element.js';
import { CreditSets } from './support/credit-sets.element.js';
import { GrantForm } from './support/grant-form.element.js';
import { LatelyActive } from './support/lately-active.element.js';
import { LedgerTimeline } from './support/ledger-timeline.element.js';
import { ParkedMessages } from './support/parked-messages.element.js';
import { SupportDesk } from './support/support-desk.element.js';
import { SureDialog } from './support/sure-dialog.element.js';
import { TroubleLists } from './support/trouble-lists.element.js';
import { WhyRefused } from './support/why-refused.element.js';

/** The support desk's own elements. They live in the page's tree and nowhere else. */
const parts = {
  'sure-dialog': SureDialog,
  'lately-active': LatelyActive,
  'account-search': AccountSearch,
  'trouble-lists': TroubleLists,
  'credit-sets': CreditSets,
  'grant-form': GrantForm,
  'why-refused': WhyRefused,
  'ledger-timeline': LedgerTimeline,
  'parked-messages': ParkedMessages,
  'account-desk': AccountDesk,
  'support-desk': SupportDesk,
};

for (const [name, part] of Object.entries(parts)) customElements.define(name, part);
