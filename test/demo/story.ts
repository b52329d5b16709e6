/** Tells the tour as it goes, and stops it where something is not as promised. */
export class Story {
  private readonly began = performance.now();
  private steps = 0;
  private promises = 0;

  chapter(title: string): void {
    console.log(`\n${title}`);
  }

  say(line: string): void {
    this.steps++;
    console.log(`  ${line}`);
  }

  /** Fails where what was seen is not what was promised. */
  see(what: string, seen: unknown, promised: unknown): void {
    this.promises++;
    const [left, right] = [JSON.stringify(seen), JSON.stringify(promised)];
    if (left !== right) throw new Error(`${what}: promised ${right}, saw ${left}`);
    console.log(`    ✓ ${what}: ${left}`);
  }

  end(): void {
    console.log(
      `\nAll as promised: ${this.steps} steps, ${this.promises} looks, ${((performance.now() - this.began) / 1_000).toFixed(1)} s`,
    );
  }
}
