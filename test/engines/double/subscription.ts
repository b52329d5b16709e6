import { randomUUID } from 'node:crypto';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { eventAnswer, rpcError } from './answers.js';
import type { LoggedEvent } from './event-log.js';
import type { Fault } from './fault-plan.js';
import type { NodeState } from './node-state.js';
import { breakRead, isOver, type ReadCall, send } from './read-call.js';
import { filterOf } from './requests.js';

/** The server reads its log so many events at a time, and keeps as many for a live subscriber before it calls him behind. */
const PAGE_EVENTS = 32;

interface Progress {
  /** Index of the next event to look at, in the log or in the stream. */
  next: number;
  /** Events looked at since the last checkpoint. */
  considered: number;
  /** Position of the last event looked at, and of the last checkpoint told. */
  seen: bigint;
  told: bigint;
  sent: number;
}

/**
 * Confirmation, what is there, `caughtUp`, then what comes. A subscriber is an index into the log and no queue: one who does not
 * read costs nothing, loses nothing, and is told that he fell behind and, later, that he has caught up again.
 */
export async function subscribe(
  node: NodeState,
  call: ReadCall,
  options: streamsPb.ReadReq.Options,
  stream: string,
  fault: Fault | undefined,
): Promise<void> {
  const ofAll = stream === '$all';
  const log = node.log;
  const events = (): readonly LoggedEvent[] => (ofAll ? log.events : log.eventsOf(stream));
  const passes = filterOf(options);
  const interval = intervalOf(options);
  const progress: Progress = { next: beginning(node, options, stream), considered: 0, seen: 0n, told: 0n, sent: 0 };

  node.counts.subscriptions += 1;
  call.once('close', () => (node.counts.subscriptions -= 1));
  if (!(await send(call, confirmation()))) return;
  if (!ofAll && log.standing(stream) === 'deleted') return void call.emit('error', rpcError({ kind: 'deleted' }, stream));
  if (progress.next < events().length && !(await catchUp())) return;
  for (;;) {
    if (!(await send(call, caughtUp()))) return;
    if (!(await live())) return;
    if (!(await send(call, fellBehind())) || !(await tellCheckpoint()) || !(await catchUp())) return;
  }

  async function catchUp(): Promise<boolean> {
    while (progress.next < events().length) if (!(await step())) return false;
    return tellCheckpoint();
  }

  /** Until he is behind (true) or gone (false). */
  async function live(): Promise<boolean> {
    for (;;) {
      if (progress.next >= events().length && !(await grown())) return false;
      while (progress.next < events().length) {
        const full = call.writableLength + 1 >= call.writableHighWaterMark;
        if (!(await step())) return false;
        if (full && events().length - progress.next > PAGE_EVENTS) return true;
      }
    }
  }

  /** Looks at one event, sends it if it passes, and tells how far it has come when it is time. */
  async function step(): Promise<boolean> {
    const event = events()[progress.next]!;
    progress.next += 1;
    progress.considered += 1;
    progress.seen = event.position;
    if (passes(event)) {
      if (!(await send(call, eventAnswer(event)))) return false;
      progress.sent += 1;
      node.counts.eventsSent += 1;
      if (fault?.afterEvents && progress.sent >= fault.afterEvents) {
        breakRead(node, call, fault);
        return false;
      }
      if (!ofAll && event.type === '$streamDeleted') {
        call.emit('error', rpcError({ kind: 'deleted' }, stream));
        return false;
      }
    }
    return interval > 0 && progress.considered >= interval ? tellCheckpoint() : true;
  }

  async function tellCheckpoint(): Promise<boolean> {
    progress.considered = 0;
    if (interval === 0 || progress.seen <= progress.told) return true;
    progress.told = progress.seen;
    return send(call, checkpoint(progress.told));
  }

  function grown(): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (open: boolean) => {
        unwatch();
        call.off('cancelled', over);
        call.off('close', over);
        resolve(open);
      };
      const over = () => done(false);
      const unwatch = log.watch(() => {
        if (progress.next < events().length) done(true);
      });
      call.once('cancelled', over);
      call.once('close', over);
      if (isOver(call)) over();
    });
  }
}

/** A subscription from a position or a revision begins after it; a read begins with it. */
function beginning(node: NodeState, options: streamsPb.ReadReq.Options, stream: string): number {
  const { log } = node;
  const all = options.getAll();
  const from = options.getStream();
  if (from?.hasRevision()) return Math.max(Number(from.getRevision()) + 1, Number(log.firstReadable(stream)));
  if (from) return from.hasEnd() ? log.eventsOf(stream).length : skipDeleted(node, stream);
  if (all?.hasPosition()) return log.indexAt(BigInt(all.getPosition()?.getCommitPosition() ?? 0) + 1n);
  return all?.hasEnd() ? log.events.length : 0;
}

const skipDeleted = ({ log }: NodeState, stream: string): number =>
  log.standing(stream) === 'not-found' ? log.eventsOf(stream).length : Number(log.firstReadable(stream));

/** Checkpoints are told with a filter only: after so many events looked at, whether they passed or not. */
function intervalOf(options: streamsPb.ReadReq.Options): number {
  const filter = options.getFilter();
  if (!filter) return 0;
  return (filter.hasMax() ? filter.getMax() : PAGE_EVENTS) * filter.getCheckpointintervalmultiplier();
}

function confirmation(): streamsPb.ReadResp {
  const confirmed = new streamsPb.ReadResp.SubscriptionConfirmation();
  confirmed.setSubscriptionId(randomUUID());
  const answer = new streamsPb.ReadResp();
  answer.setConfirmation(confirmed);
  return answer;
}

function caughtUp(): streamsPb.ReadResp {
  const answer = new streamsPb.ReadResp();
  answer.setCaughtUp(new streamsPb.ReadResp.CaughtUp());
  return answer;
}

function fellBehind(): streamsPb.ReadResp {
  const answer = new streamsPb.ReadResp();
  answer.setFellBehind(new streamsPb.ReadResp.FellBehind());
  return answer;
}

function checkpoint(position: bigint): streamsPb.ReadResp {
  const reached = new streamsPb.ReadResp.Checkpoint();
  reached.setCommitPosition(String(position));
  reached.setPreparePosition(String(position));
  const answer = new streamsPb.ReadResp();
  answer.setCheckpoint(reached);
  return answer;
}
