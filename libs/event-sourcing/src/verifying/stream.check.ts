import { causeKey, Causes } from '../causes.js';
import { type ChainBreak, type Verified, verifyChain } from '../chain.js';
import type { RecordedEvent } from '../event.js';
import { eventId } from '../uuid5.js';
import type { Breach, Invariant } from './breach.js';

/**
 * Checks one stream event by event: versions without gaps, the chain, appends whole and of one instant, time never back, ids that
 * follow from their causes, and each cause in one append only. Holds the last event and the packed causes, nothing else.
 */
export class StreamCheck {
  readonly #causes = new Causes();
  /** Events so far of each cause of the append under way; none between appends. */
  #appended: Map<string, number> | undefined;
  #last: (Verified & { readonly position: bigint }) | undefined;

  constructor(private readonly stream: string) {}

  get last(): Verified | undefined {
    return this.#last;
  }

  /** Whether the next event begins an append. */
  get isWhole(): boolean {
    return this.#last?.metadata.more !== true;
  }

  add(event: RecordedEvent): readonly Breach[] {
    const found: Breach[] = [];
    const report = (invariant: Invariant, text: string): void =>
      void found.push({ stream: this.stream, version: event.version, invariant, text });
    const broken = verifyChain([event], this.#last, false);
    if (broken) report('chain', words[broken.reason]);
    if (!this.isWhole && this.#last && this.#last.metadata.recordedAt !== event.metadata.recordedAt)
      report('chain', 'an append has events of two instants');
    this.#checkCause(event, this.#appended ?? new Map<string, number>(), report);
    const { version, position, metadata } = event;
    this.#last = { version, position, metadata };
    return found;
  }

  /** To be called at the stream's end, where no append may be cut short. */
  finish(): readonly Breach[] {
    if (this.isWhole) return [];
    return [{ stream: this.stream, version: this.#last?.version ?? 0, invariant: 'chain', text: words['append-cut-short'] }];
  }

  #checkCause(
    { id, version, metadata }: RecordedEvent,
    appended: Map<string, number>,
    report: (invariant: Invariant, text: string) => void,
  ): void {
    const { cause, command } = metadata;
    const index = appended.get(cause) ?? 0;
    if (id !== eventId(this.stream, cause, index)) report('id', `its id is not that of event ${index} of cause "${cause}"`);
    if (index === 0) this.#remember(cause, version, report);
    appended.set(cause, index + 1);
    this.#appended = metadata.more === true ? appended : undefined;
    if (command !== undefined) this.#remember(command, version, report);
  }

  #remember(cause: string, version: number, report: (invariant: Invariant, text: string) => void): void {
    const key = causeKey(cause);
    const before = this.#causes.find(key);
    if (before !== undefined) report('I3', `cause "${cause}" took effect before, at version ${before}`);
    this.#causes.add(key, version);
  }
}

const words: { readonly [reason in ChainBreak['reason']]: string } = {
  'version-gap': 'events before it are missing or double',
  'wrong-link': 'it is not what was written: its link does not fit',
  'time-goes-back': 'it was recorded before the event before it',
  'append-cut-short': 'the rest of its append is missing',
};
