import { Backlog, type Entry } from '../delivery/backlog.js';
import { Group } from '../delivery/group.js';
import type { GroupStore } from '../delivery/group.ports.js';
import type { QueueClock, Report } from '../delivery/surroundings.js';
import type { Delivery, Message } from '../queue.port.js';
import type { QueueDatabase } from './queue-database.js';
import type { QueueTables, TopicTable } from './queue-tables.js';

/** What the topics of one queue have in common. */
export interface TopicSurroundings {
  readonly database: QueueDatabase;
  readonly tables: QueueTables;
  readonly clock: QueueClock;
  readonly report: Report;
  /** The topic's groups have moved: their progress is to be written soon. */
  readonly advanced: (topic: SqliteTopic) => void;
}

/** One topic and its groups: the table as it is durable, the groups as they are in memory. */
export class SqliteTopic {
  readonly table: TopicTable;
  private readonly groups = new Map<string, OpenGroup>();
  private readonly opening = new Map<string, Promise<OpenGroup>>();
  private readonly moved = new Set<OpenGroup>();
  private lastDurable: number;

  constructor(
    private readonly topic: string,
    private readonly around: TopicSurroundings,
  ) {
    this.table = around.tables.topic(topic);
    this.lastDurable = this.table.head();
  }

  /** To be called inside a commit; answers the last place. */
  append(messages: readonly Message[]): number {
    return this.table.append(messages, this.around.clock.now());
  }

  /** The messages up to `seq` are durable: every group may have them. */
  grown(seq: number): void {
    if (seq <= this.lastDurable) return;
    this.lastDurable = seq;
    for (const { group } of this.groups.values()) group.pump();
  }

  /** The group, known durably from its first use on. */
  async group(name: string): Promise<Group> {
    const open = this.groups.get(name);
    if (open) return open.group;
    let opening = this.opening.get(name);
    if (!opening) {
      opening = this.open(name).finally(() => this.opening.delete(name));
      this.opening.set(name, opening);
    }
    return (await opening).group;
  }

  lag(name: string): number {
    const open = this.groups.get(name);
    if (open) return open.group.lag();
    const progress = this.around.tables.progress(this.table.id, name);
    const { next, unfinished } = progress ?? { next: this.table.first(), unfinished: [] };
    return Math.max(0, this.lastDurable - next + 1) + unfinished.length;
  }

  /** Makes what the groups have finished durable; free where nothing moved since the last time. */
  async write(): Promise<void> {
    let written: readonly OpenGroup[] = [];
    try {
      await this.around.database.commit(() => {
        written = [...this.moved];
        this.moved.clear();
        for (const { name, backlog } of written) this.around.tables.moveGroup(this.table.id, name, backlog.progress());
      });
    } catch (error) {
      for (const open of written) this.moved.add(open);
      throw error;
    }
  }

  get hasMoved(): boolean {
    return this.moved.size > 0;
  }

  private async open(name: string): Promise<OpenGroup> {
    const { database, tables, clock, report } = this.around;
    const id = this.table.id;
    if (!tables.progress(id, name)) await database.commit(() => tables.addGroup(id, name, { next: this.table.first(), unfinished: [] }));
    const { next, unfinished } = tables.progress(id, name) ?? { next: this.table.first(), unfinished: [] };
    const backlog = new Backlog(
      next,
      unfinished.map((seq) => this.table.place(seq)),
    );
    const open: OpenGroup = {
      name,
      backlog,
      group: new Group({ topic: this.topic, name, backlog, clock, report, store: this.storeOf(() => open) }),
    };
    this.groups.set(name, open);
    return open;
  }

  private storeOf(open: () => OpenGroup): GroupStore {
    return {
      head: () => this.lastDurable,
      places: (after, limit) => this.table.places(after, limit),
      load: (seq) => ({ ...this.table.load(seq), offset: String(seq) }),
      returned: () => true,
      advanced: () => {
        this.moved.add(open());
        this.around.advanced(this);
      },
      durable: async () => {
        if (this.moved.has(open())) await this.write();
      },
      park: (delivery, reason, entry) => this.park(open(), delivery, reason, entry),
    };
  }

  private park({ name, backlog }: OpenGroup, delivery: Delivery, reason: string, entry: Entry): Promise<void> {
    const { database, tables, clock } = this.around;
    return database.commit(() => {
      entry.leaving = true;
      tables.park(name, delivery, reason, clock.now());
      tables.moveGroup(this.table.id, name, backlog.progress());
    });
  }
}

interface OpenGroup {
  readonly name: string;
  readonly backlog: Backlog;
  readonly group: Group;
}
