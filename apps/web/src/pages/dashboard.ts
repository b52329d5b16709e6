import type { SessionView } from '#contracts';
import { CreditsApi } from '../client/credits-api.js';
import { Refused } from '../client/problems.js';
import { type DashboardWords, wordsFor } from './dashboard.words.js';
import { part } from './part.js';
import type { BeingDetail } from './sandbox/sandbox-bar.js';

/** An element of ours, as far as a page needs to know it. */
type AccountShown = HTMLElement & { account: string | null; token: string | null };

const ELEMENTS = 'create-video-button, video-credits-counter, recent-creations, credit-history';
const LAST_BEEN = 'sandbox-account';
const FIRST_ACCOUNT = 'ada';
const HERO_ROOM = 'gallery-wall';

const api = new CreditsApi({ baseUrl: location.origin, token: null });
const query = new URLSearchParams(location.search);
const { lang, words } = wordsFor(query.has('lang') ? [query.get('lang') ?? ''] : navigator.languages);
let shown: { readonly account: string; readonly token: string | null } | undefined;

speak();
listenToHistory();
await open();

/** Whoever is signed in sees the board: a customer their own, staff the one they choose, the sandbox's owner anyone's. */
async function open(): Promise<void> {
  let session: SessionView;
  try {
    session = await api.session();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) location.replace('/sign-in');
    else tell(words.noAnswer);
    return;
  }
  drawWays(session);
  const asked = query.get('account');
  if (session.kind === 'customer') show(session.accountId ?? '', null);
  else if (session.sandbox) await openSandbox(asked ?? localStorage.getItem(LAST_BEEN) ?? FIRST_ACCOUNT);
  else if (asked) show(asked, null);
  else openChooser();
}

function show(account: string, token: string | null): void {
  shown = { account, token };
  document.querySelectorAll<AccountShown>(ELEMENTS).forEach(attach);
  openBoard();
}

function openBoard(): void {
  part('board').hidden = false;
  void hangRoom();
}

function attach(element: AccountShown): void {
  if (shown === undefined) return;
  element.token = shown.token;
  element.account = shown.account;
}

/** The picture beside the invitation. Without it the page is complete as well. */
async function hangRoom(): Promise<void> {
  const picture = part<HTMLImageElement>('room');
  if (picture.dataset['asked'] !== undefined) return;
  picture.dataset['asked'] = '';
  try {
    const { items } = await api.rooms();
    const room = items.find(({ roomId }) => roomId === HERO_ROOM) ?? items[0];
    if (room !== undefined) picture.src = room.previewUrl;
  } catch (error) {
    console.info('No room picture', error);
  }
}

/** Only where the service says so: the code is not even loaded elsewhere. */
async function openSandbox(account: string): Promise<void> {
  // Its place is kept, and the page is seen, while its code is on the way.
  document.body.classList.add('with-sandbox');
  openBoard();
  const { SandboxBar } = await import('./sandbox/sandbox-bar.js');
  const bar = new SandboxBar();
  bar.api = api;
  bar.account = account;
  bar.addEventListener('being', (event) => {
    const { accountId, token } = (event as CustomEvent<BeingDetail>).detail;
    localStorage.setItem(LAST_BEEN, accountId);
    history.replaceState(null, '', `?account=${encodeURIComponent(accountId)}`);
    show(accountId, token);
  });
  document.body.append(bar);
}

function openChooser(): void {
  part('chooser').hidden = false;
  const input = part<HTMLInputElement>('account');
  input.focus();
  input.addEventListener('input', () => void suggest(input.value));
  void suggest('');
}

async function suggest(start: string): Promise<void> {
  try {
    const { items } = await api.get<{ items: readonly { accountId: string }[] }>('/v1/accounts', {
      query: start === '' ? null : start,
      limit: 10,
    });
    const options = items.map(({ accountId }) => Object.assign(document.createElement('option'), { value: accountId }));
    part('accounts').replaceChildren(...options);
  } catch (error) {
    // The field takes any account without suggestions as well.
    console.info('No suggestions', error);
  }
}

function drawWays({ kind, name, accountId }: SessionView): void {
  const who = document.createElement('span');
  who.textContent = accountId ?? name;
  const out = Object.assign(document.createElement('button'), { type: 'button', className: 'quiet', textContent: words.signOut });
  out.addEventListener('click', () => void signOut());
  const desk = Object.assign(document.createElement('a'), { href: '/support', textContent: 'Support desk' });
  part('ways').replaceChildren(...(kind === 'staff' ? [desk] : []), who, out);
}

async function signOut(): Promise<void> {
  const answer = await fetch('/v1/session', { method: 'DELETE' }).catch(() => undefined);
  if (answer?.ok) location.replace('/sign-in');
  else tell(words.noAnswer);
}

/** The history is read when it is asked for. */
function listenToHistory(): void {
  const dialog = part<HTMLDialogElement>('history');
  part('history-open').addEventListener('click', () => {
    const ledger = document.createElement('credit-history') as AccountShown;
    attach(ledger);
    part('history-place').replaceChildren(ledger);
    dialog.setAttribute('aria-label', words.history);
    dialog.showModal();
  });
  part('history-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => part('history-place').replaceChildren());
}

function speak(): void {
  document.documentElement.lang = lang;
  document.querySelectorAll<HTMLElement>('[data-words]').forEach((element) => {
    element.textContent = words[element.dataset['words'] as keyof DashboardWords];
  });
  part('ways').setAttribute('aria-label', words.ways);
}

function tell(what: string): void {
  const trouble = part('trouble');
  trouble.textContent = what;
  trouble.hidden = false;
}
