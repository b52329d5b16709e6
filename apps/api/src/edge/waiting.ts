import type { ServerResponse } from 'node:http';
import type { OnModuleDestroy } from '@nestjs/common';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Positions, ReadModels } from '../ports.js';
import { ProblemError } from './problem.js';

/** How long a read waits for the position it was asked to have caught up with, in milliseconds of real time. */
const patienceMs = 2_000;

/** What requests wait for: a position in the read models, or something new. Nobody waits on once the service stops or the caller has gone. */
@Injectable()
export class Waiting implements OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly positions: Positions,
    private readonly readModels: ReadModels,
  ) {}

  /** Returns once reads show what stands up to `after`; 400 for a token that we did not give, 503 where that takes too long. */
  async caughtUpWith(after: string | undefined): Promise<void> {
    if (after === undefined) return;
    const position = this.positions.decode(after);
    if (position === undefined) throw new ProblemError('invalid-position');
    if (!(await this.readModels.waitFor(position, patienceMs))) throw new ProblemError('read-model-behind');
  }

  /** Aborts when the service stops. */
  get stopped(): AbortSignal {
    return this.stopping.signal;
  }

  /** Aborts when the caller hangs up or the service stops. */
  signalFor(reply: FastifyReply): AbortSignal {
    const gone = new AbortController();
    whenOver(reply.raw, () => gone.abort());
    return AbortSignal.any([gone.signal, this.stopping.signal]);
  }

  /** Lets go of everyone who waits. */
  stop(): void {
    this.stopping.abort();
  }

  onModuleDestroy(): void {
    this.stop();
  }
}

/**
 * Calls `then` once, when the answer has gone out or its connection has gone. Node tells the answer at the head of a connection
 * alone that the connection has gone, and not those in line behind it (RFC 9112 §9.3.2), so the connection is listened to, too.
 */
export function whenOver(response: ServerResponse, then: () => void): void {
  const { socket } = response.req;
  const over = (): void => {
    response.off('close', over);
    socket.off('close', over);
    then();
  };
  if (response.destroyed || socket.destroyed) return then();
  // Any number may stand in line.
  socket.setMaxListeners(0);
  response.once('close', over);
  socket.once('close', over);
}
