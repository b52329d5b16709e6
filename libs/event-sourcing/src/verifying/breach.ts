/**
 * What can be wrong with a log and what is made of it: the invariants of the domain by number, the chain of hashes and the wholeness of
 * appends, an event's id, and an event that cannot be read at all.
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I5' | 'I6' | 'I7' | 'chain' | 'id' | 'unreadable';

/** One thing found wrong, and where. Beyond the log (rows, checkpoints) `stream` names the read model or publisher, `version` is -1. */
export interface Breach {
  readonly stream: string;
  readonly version: number;
  readonly invariant: Invariant;
  /** In words for the operator. */
  readonly text: string;
}

/** The breach as one line of text. */
export function describeBreach({ stream, version, invariant, text }: Breach): string {
  return `${invariant} ${version < 0 ? stream : `${stream}@${version}`}: ${text}`;
}
