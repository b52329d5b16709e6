import { type MachineClock, OwnedWork, type Ownership } from '#event-sourcing';

/** One durable piece of work: begins, and lets go in good order. `stop` may come more than once, and before `start` has ended. */
export interface Work {
  start(): void | Promise<void>;
  stop(): Promise<void>;
}

/** Lets a piece of work run in this process: at once, or while no other process does it. Made anew each time it begins. */
export type Runner = (name: string, make: () => Work) => Work;

export interface OwnedRunnerParts {
  readonly ownership: Ownership;
  /** An id of this process's life. */
  readonly owner: string;
  readonly clock: MachineClock;
  readonly log: (message: string) => void;
  readonly onStopped: (error: unknown) => void;
}

/** Work of one process alone. */
export const runHere: Runner = (_name, make) => make();

/** Work that several processes offer to do, and one does. */
export function ownedRunner(parts: OwnedRunnerParts): Runner {
  return (name, make) =>
    new OwnedWork({
      ...parts,
      name,
      start: async (signal) => {
        const work = make();
        let stopped: Promise<void> | undefined;
        const stop = (): Promise<void> => (stopped ??= work.stop());
        // Work that waits for an engine while it begins must hear of its end, too; how that went is told to whoever asks for `stop`.
        signal.addEventListener('abort', () => void stop().catch(() => undefined));
        await work.start();
        return { stop };
      },
    });
}
