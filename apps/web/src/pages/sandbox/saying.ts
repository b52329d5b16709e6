import { ConnectionLost, Refused } from '../../client/problems.js';

/** Does something; where it fails, says why in words and gives undefined. Other faults than refusals keep their message. */
export async function saying<T>(what: () => Promise<T>, say: (words: string) => void): Promise<T | undefined> {
  try {
    return await what();
  } catch (error) {
    say(wordsOf(error));
    return undefined;
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof ConnectionLost) return 'No answer from the service. Is it running?';
  if (error instanceof Refused) {
    const { title, detail, reason } = error.facts;
    return [title, detail, reason].filter((part): part is string => typeof part === 'string').join('. ') || `Refused (${error.status}).`;
  }
  return error instanceof Error ? error.message : String(error);
}
