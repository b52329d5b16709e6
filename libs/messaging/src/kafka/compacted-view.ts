import type { ClusterAccess, KafkaRecord } from './cluster-access.js';

/** A compacted topic as this process has read it: the newest record of each key. Read on, never from the beginning again. */
export class CompactedView<Row> {
  readonly rows = new Map<string, Row>();
  private readonly next = new Map<number, number>();
  private reading: Promise<void> | undefined;
  private readingNext: Promise<void> | undefined;

  constructor(
    private readonly access: ClusterAccess,
    private readonly topic: string,
    private readonly rowOf: (key: string, record: KafkaRecord) => Row | undefined,
  ) {}

  /** Resolves when everything that was on the topic at the time of the call has been read. Calls share their readings. */
  async refresh(): Promise<void> {
    if (!this.reading) {
      this.reading = this.readOn().finally(() => (this.reading = undefined));
      return this.reading;
    }
    // The reading that is under way may have asked for the end before this call.
    this.readingNext ??= this.reading
      .catch((error: unknown) => error)
      .then(() => {
        this.readingNext = undefined;
        return this.refresh();
      });
    return this.readingNext;
  }

  private async readOn(): Promise<void> {
    for (const [partition, { low, high }] of await this.access.ends(this.topic)) {
      const from = Math.max(low, this.next.get(partition) ?? 0);
      await this.access.read(this.topic, partition, from, high, (record) => this.apply(record));
      this.next.set(partition, high);
    }
  }

  private apply(record: KafkaRecord): void {
    const key = record.key?.toString() ?? '';
    const row = record.value === null ? undefined : this.rowOf(key, record);
    if (row === undefined) this.rows.delete(key);
    else this.rows.set(key, row);
  }
}
