import { ConnectionLost, Refused } from '../../client/problems.js';

/** What went wrong with a command, for the person who gave it. `again` where the same try is safe and makes sense. */
export interface WentWrong {
  readonly text: string;
  readonly again: boolean;
}

export function wentWrong(error: unknown, twice: string): WentWrong {
  if (error instanceof ConnectionLost) return { text: `No answer came, so it may be done already. Try again: ${twice}.`, again: true };
  if (!(error instanceof Refused)) throw error;
  if (error.status >= 500) return { text: `The service could not answer, so it may be done already. Try again: ${twice}.`, again: true };
  if (error.code === 'unauthenticated') return { text: 'You are signed out. Nothing was changed. Sign in and try again.', again: true };
  if (error.code === 'missing-scope') return { text: 'Your key may not do this. Nothing was changed.', again: false };
  const { title, detail } = error.facts as { readonly title?: string; readonly detail?: string };
  const why = detail ?? title ?? 'the service refused';
  return { text: `Nothing was changed: ${why}.`, again: false };
}

/** A read that failed, in a sentence. */
export function notRead(what: string, error: unknown): string {
  if (error instanceof Refused && error.code === 'unauthenticated') return 'You are signed out.';
  return error instanceof ConnectionLost ? `No connection: ${what} cannot be read now.` : `${what} cannot be read now.`;
}
