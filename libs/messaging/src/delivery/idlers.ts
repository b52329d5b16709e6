interface Idler<Owner> {
  readonly owner: Owner;
  readonly upTo: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Who waits for the group to have finished everything up to some place. */
export class Idlers<Owner> {
  private waiting: Idler<Owner>[] = [];

  wait(owner: Owner, upTo: number, lowestUnfinished: number): Promise<void> {
    if (upTo < lowestUnfinished) return Promise.resolve();
    return new Promise((resolve, reject) => this.waiting.push({ owner, upTo, resolve, reject }));
  }

  reached(lowestUnfinished: number): void {
    if (!this.waiting.some(({ upTo }) => upTo < lowestUnfinished)) return;
    for (const idler of this.waiting) if (idler.upTo < lowestUnfinished) idler.resolve();
    this.waiting = this.waiting.filter(({ upTo }) => upTo >= lowestUnfinished);
  }

  /** Their consumer is stopped: nobody promises them anything any more. */
  dismiss(owner: Owner, reason: string): void {
    for (const idler of this.waiting) if (idler.owner === owner) idler.reject(new Error(reason));
    this.waiting = this.waiting.filter((idler) => idler.owner !== owner);
  }
}
