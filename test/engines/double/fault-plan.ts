/** What a fault may be aimed at. `append` is both kinds of append. */
export type FaultTarget = 'append' | 'batch-append' | 'single-append' | 'read' | 'subscribe' | 'delete' | 'features' | 'gossip';

/** Refusals that the protocol knows, and what a server or a network may do besides. */
type Refusal =
  | 'not-ready'
  | 'too-busy'
  | 'timeout'
  | 'not-leader'
  | 'no-leader-known'
  | 'access-denied'
  | 'unknown'
  | 'unavailable'
  | 'cancelled'
  | 'internal'
  | 'cut';

/**
 * - `never-answer`: the request is taken and forgotten; with `afterEvents`, a read or subscription goes silent there.
 * - `answer-late`: done at once, answered after `delayMs`. `commit-late`: done and answered after `delayMs`.
 * - `end`: a read or subscription ends as if all were well.
 * - `commit-and-…`: an append is written first, then this happens; `commit-and-drop` gives no answer.
 */
export type FaultKind =
  | Refusal
  | 'never-answer'
  | 'answer-late'
  | 'commit-late'
  | 'end'
  | 'commit-and-drop'
  | `commit-and-${Exclude<Refusal, 'not-ready' | 'too-busy' | 'access-denied'>}`;

export interface FaultOptions {
  /** How many requests it meets; 1 when left out. */
  times?: number;
  delayMs?: number;
  /** Reads and subscriptions: so many events are sent first. */
  afterEvents?: number;
  /** Only requests for streams that begin so. */
  stream?: string;
  /** Only requests to this node of a cluster. */
  node?: number;
  /** Where `not-leader` says the leader is; by default where it is. */
  leader?: { host: string; port: number };
}

export interface Fault extends FaultOptions {
  target: FaultTarget;
  kind: FaultKind;
}

/** Faults that wait for their requests, first come first served. */
export class FaultPlan {
  private waiting: Fault[] = [];
  /** How many requests have met a fault since the start. */
  met = 0;

  add(fault: Fault): void {
    this.waiting.push({ ...fault, times: fault.times ?? 1 });
  }

  clear(): void {
    this.waiting = [];
  }

  take(target: FaultTarget, node: number, stream = ''): Fault | undefined {
    const fault = this.waiting.find((waiting) => meets(waiting, target, node, stream));
    if (!fault) return undefined;
    this.met += 1;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.waiting = this.waiting.filter((waiting) => waiting !== fault);
    return fault;
  }

  get left(): number {
    return this.waiting.reduce((sum, { times = 1 }) => sum + times, 0);
  }
}

function meets(fault: Fault, target: FaultTarget, node: number, stream: string): boolean {
  const aimed = fault.target === target || (fault.target === 'append' && target.endsWith('-append'));
  return aimed && (fault.node ?? node) === node && stream.startsWith(fault.stream ?? '');
}
