interface Range {
  readonly from: number;
  /** The first offset after the range. */
  to: number;
}

/** What a broker keeps with a committed offset, in bytes (`offset.metadata.max.bytes`, by default). */
const metadataAtMost = 4_096;
const version = '1';

/** What of one partition a group has finished: everything before `lowest`, and stretches beyond it. */
export class FinishedOffsets {
  /** Ascending, apart from each other; the first one is all that lies before `lowest`. */
  private readonly ranges: Range[] = [{ from: -1, to: 0 }];

  /** The lowest unfinished offset: what is committed. */
  get lowest(): number {
    return this.ranges[0]?.to ?? 0;
  }

  has(offset: number): boolean {
    return (this.ranges[this.after(offset) - 1]?.to ?? 0) > offset;
  }

  add(from: number, to = from + 1): void {
    if (to <= from) return;
    const before = this.after(from) - 1;
    const left = this.ranges[before];
    // Offsets are never negative, so there is always a range that begins before.
    const touches = left !== undefined && left.to >= from;
    const grown: Range = touches ? left : { from, to };
    if (!touches) this.ranges.splice(before + 1, 0, grown);
    grown.to = Math.max(grown.to, to);
    const next = (touches ? before : before + 1) + 1;
    let swallowed = 0;
    for (let range = this.ranges[next]; range && range.from <= grown.to; range = this.ranges[next + swallowed]) {
      grown.to = Math.max(grown.to, range.to);
      swallowed += 1;
    }
    this.ranges.splice(next, swallowed);
  }

  /** The stretches beyond `lowest`, as text for the commit: gap and length by turns. Later ones are left out where it would be too long. */
  encode(): string {
    let text = version;
    let last = this.lowest;
    for (const { from, to } of this.ranges.slice(1)) {
      const stretch = `,${(from - last).toString(36)},${(to - from).toString(36)}`;
      if (text.length + stretch.length > metadataAtMost) break;
      text += stretch;
      last = to;
    }
    return text;
  }

  /** Adds what a commit at `offset` with this text says. A text of another origin says no more than its offset. */
  addCommitted(offset: number, metadata: string | null): void {
    this.add(0, offset);
    const [kind, ...numbers] = (metadata ?? '').split(',');
    if (kind !== version) return;
    let at = offset;
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      const from = at + parseInt(numbers[i] as string, 36);
      at = from + parseInt(numbers[i + 1] as string, 36);
      if (!Number.isSafeInteger(from) || !Number.isSafeInteger(at)) return;
      this.add(from, at);
    }
  }

  /** How many offsets before `end` are not finished. */
  unfinishedBefore(end: number): number {
    let finished = 0;
    for (const { from, to } of this.ranges) finished += Math.max(0, Math.min(to, end) - Math.max(from, 0));
    return Math.max(0, end - finished);
  }

  /** The index of the first range that begins after the offset. */
  private after(offset: number): number {
    let low = 0;
    let high = this.ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ranges[middle] as Range).from <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
