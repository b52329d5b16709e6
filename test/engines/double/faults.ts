import type { Command } from './control.http.js';
import type { DoubleFacts } from './double-cluster.js';
import type { FaultKind, FaultOptions, FaultTarget } from './fault-plan.js';

/** A test's hand on the double. Every call comes back when the double has done it. */
export class Faults {
  constructor(private readonly controlPort: number) {}

  /** The next request of that kind (or the next few) goes wrong so. Faults of one kind wait in line. */
  next(target: FaultTarget, kind: FaultKind, options: FaultOptions = {}): Promise<DoubleFacts> {
    return this.tell({ do: 'fault', fault: { ...options, target, kind } });
  }

  /** Takes back the faults that nothing has met yet. */
  clear(): Promise<DoubleFacts> {
    return this.tell({ do: 'clear' });
  }

  /** Gone and back on the same port: all connections are reset. Without its state the log is new. */
  restart(options: { keepState: boolean; node?: number }): Promise<DoubleFacts> {
    return this.tell({ do: 'restart', ...options });
  }

  /** Refuses connections until `up`. */
  down(node?: number): Promise<DoubleFacts> {
    return this.tell({ do: 'down', ...chosen(node) });
  }

  up(node?: number): Promise<DoubleFacts> {
    return this.tell({ do: 'up', ...chosen(node) });
  }

  /** Resets every connection that is open; new ones are taken. */
  cutConnections(node?: number): Promise<DoubleFacts> {
    return this.tell({ do: 'cut', ...chosen(node) });
  }

  /** Another node leads from now on. */
  elect(node: number): Promise<DoubleFacts> {
    return this.tell({ do: 'elect', node });
  }

  /** The server writes so many events of its own into the log. */
  writeSystemEvents(count: number): Promise<DoubleFacts> {
    return this.tell({ do: 'system-events', count });
  }

  facts(): Promise<DoubleFacts> {
    return this.tell({ do: 'facts' });
  }

  private async tell(command: Command): Promise<DoubleFacts> {
    const response = await fetch(`http://127.0.0.1:${this.controlPort}/`, { method: 'POST', body: JSON.stringify(command) });
    if (!response.ok) throw new Error(`The double refused ${command.do}: ${await response.text()}`);
    return (await response.json()) as DoubleFacts;
  }
}

const chosen = (node: number | undefined) => (node === undefined ? {} : { node });
