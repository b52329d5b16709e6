import { systemMachineClock } from '#event-sourcing';
import { type EventStoreDbOptions, EventStoreDbStore } from '#event-sourcing/eventstoredb';

/** A store that is not patient, and what it said. */
export interface Opened {
  readonly store: EventStoreDbStore;
  readonly said: { readonly level: 'debug' | 'warn'; readonly message: string; readonly fields: { readonly [field: string]: unknown } }[];
}

/** How long the store of these tests waits for an answer, in ms. */
export const ANSWER_MS = 500;

export async function openStore(url: string, options: Partial<EventStoreDbOptions> = {}): Promise<Opened> {
  const said: Opened['said'] = [];
  const log = {
    debug: (fields: object, message: string) => void said.push({ level: 'debug', message, fields: { ...fields } }),
    warn: (fields: object, message: string) => void said.push({ level: 'warn', message, fields: { ...fields } }),
  };
  const clock = systemMachineClock;
  return { store: await EventStoreDbStore.open({ url, sandbox: true, clock, log, answerMs: ANSWER_MS, ...options }), said };
}
