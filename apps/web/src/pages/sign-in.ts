import { Refused, refusalIn } from '../client/problems.js';
import { part } from './part.js';

const trouble = part('trouble');
const input = part<HTMLInputElement>('key');
const form = part<HTMLFormElement>('sign-in');

if (new URLSearchParams(location.search).has('used'))
  tell('That link has been used already, or it is not complete. Sign in with a key, or start the service again for a new link.');
input.focus();
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void signIn(input.value.trim());
});

async function signIn(key: string): Promise<void> {
  try {
    // With the page's credentials, for the answer sets the cookie.
    const response = await fetch('/v1/session', { method: 'POST', headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) throw await refusalIn(response);
    location.replace('/');
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      tell('This key is not known here. Check that all of it was copied, and that it has not been withdrawn.');
      input.setAttribute('aria-invalid', 'true');
      input.select();
    } else if (error instanceof Refused) tell(`The service refused: ${error.message}.`);
    else tell('The service did not answer. Check your connection and try again.');
  }
}

function tell(words: string): void {
  trouble.textContent = words;
  trouble.hidden = false;
}
