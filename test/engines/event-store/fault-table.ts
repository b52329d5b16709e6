import { writeSync } from 'node:fs';
import type { Books } from './commands.js';

/** What was done to the store and what came of it, printed once at the end. */
export class FaultTable {
  readonly #rows: (readonly string[])[] = [];

  add(fault: string, injected: number, { commands, lost, doubled, longestMs }: Books): void {
    this.#rows.push([fault, ...[injected, commands, lost, doubled].map(String), `${longestMs} ms`]);
  }

  print(): void {
    const rows = [['fault', 'injected', 'appends', 'lost', 'doubled', 'longest recovery'], ...this.#rows];
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    const lines = rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))));
    writeSync(2, `\n${lines.map((line) => `  ${line.join('  ')}`).join('\n')}\n\n`);
  }
}
