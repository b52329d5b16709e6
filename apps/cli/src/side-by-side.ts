/** Pieces of work under way at once, at most so many. The first failure is told to whoever adds next, or waits for the end. */
export class SideBySide {
  readonly #lasts = new Map<string, Promise<void>>();
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(private readonly most: number) {}

  /** Begins `work`, of one `order` only when the one before has ended well; resolves when there is room for more. */
  async add(work: () => Promise<void>, order?: string): Promise<void> {
    this.#running += 1;
    const before = order === undefined ? undefined : this.#lasts.get(order);
    const task = before ? before.then(work) : work();
    if (order !== undefined) this.#lasts.set(order, task);
    task.then(
      () => this.#ended(order, task),
      (error: unknown) => {
        this.#failure ??= { error };
        this.#ended(order, task);
      },
    );
    await this.#fewerThan(this.most);
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when everything has ended, well or not; then throws the first failure. */
  async end(): Promise<void> {
    await this.#fewerThan(1);
    if (this.#failure) throw this.#failure.error;
  }

  async #fewerThan(count: number): Promise<void> {
    while (this.#running >= count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  #ended(order: string | undefined, task: Promise<void>): void {
    this.#running -= 1;
    if (order !== undefined && this.#lasts.get(order) === task) this.#lasts.delete(order);
    this.#wake?.();
  }
}
