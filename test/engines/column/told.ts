/** What a run of faults comes to, for the table at its end. */
export interface Told {
  readonly engine: string;
  readonly faults: number;
  readonly commands: number;
  readonly lost: number;
  readonly doubled: number;
  readonly recoveryMs: number;
}

const COLUMNS = ['engine', 'faults', 'commands', 'lost', 'doubled', 'recoveryMs'] as const;

export function table(rows: readonly Told[]): string {
  return rows.map((row) => COLUMNS.map((column) => `${column} ${row[column]}`).join('  ')).join('\n');
}
