import { open, rename, rm } from 'node:fs/promises';
import { describeBreach, type EventStore, pagesOf, systemMachineClock } from '#event-sourcing';
import { LogChains, LogFileLines } from './log-file.js';
import { MovingProgress } from './moving-progress.js';
import { onLog } from './opened-log.js';

export interface Exported {
  readonly events: number;
  readonly streams: number;
  /** What is wrong with the log: its file is whole all the same, but no import will take it. */
  readonly problems: readonly string[];
}

export interface ExportParts {
  readonly env: { readonly [name: string]: string | undefined };
  /** A path, which has the whole file or what was there before; `-`: `write`. */
  readonly file: string;
  readonly write: (text: string) => Promise<void>;
  readonly say: (text: string) => void;
}

/** Writes the whole log up to its end as it is now. */
export async function exportLog({ env, file, write, say }: ExportParts): Promise<Exported> {
  return onLog({ env, mayBeEmpty: false, say }, ({ store }) =>
    file === '-' ? written(store, write, say) : intoFile(file, (append) => written(store, append, say)),
  );
}

async function written(store: EventStore, write: (text: string) => Promise<void>, say: (text: string) => void): Promise<Exported> {
  const [lines, chains, progress] = [new LogFileLines(), new LogChains(), new MovingProgress(say, 'events exported')];
  const problems: string[] = [];
  let events = 0;
  await write(lines.header(store.logId));
  const reading = { store, gapless: false, pause: () => systemMachineClock.sleep(0) };
  const unreadable = (text: string): never => {
    throw new Error(`the log cannot be read: ${text}`);
  };
  for await (const page of pagesOf(reading, 0n, await store.head(), ({ text }) => unreadable(text))) {
    if (page.length > 0) await write(page.map((event) => lines.event(event)).join(''));
    for (const event of page) problems.push(...chains.add(event).map(describeBreach));
    events += page.length;
    progress.add(page.length);
  }
  problems.push(...chains.finish().map(describeBreach));
  await write(lines.end());
  return { events, streams: chains.streams, problems };
}

/** The file has its name when all of it is on the disk. */
async function intoFile<T>(path: string, make: (append: (text: string) => Promise<void>) => Promise<T>): Promise<T> {
  const part = `${path}.part`;
  const file = await open(part, 'w');
  try {
    const made = await make((text) => file.appendFile(text));
    await file.sync();
    await file.close();
    await rename(part, path);
    return made;
  } catch (error) {
    await file.close();
    await rm(part, { force: true });
    throw error;
  }
}
