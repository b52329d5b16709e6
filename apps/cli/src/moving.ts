import { type Command, InvalidArgumentError } from 'commander';
import { UnreachedError } from './service.http.js';

/** What moving needs: unlike the other commands it works on the engines themselves. */
export interface MovingSurroundings {
  readonly env: { readonly [name: string]: string | undefined };
  /** Resolves when the reader has taken it. */
  readonly write: (text: string) => Promise<void>;
  readonly err: (text: string) => void;
}

type Show = <T>(answer: T, shown: (answer: T) => string) => void;

/** The commands that move a log and its files between engines. What they run on is loaded when they run. */
export function addMoving(program: Command, { env, write, err: say }: MovingSurroundings, show: Show, refused: () => void): void {
  program
    .command('export <file>')
    .description('write the whole log into a file, neutral of its engine; - is stdout. In one process: while the service is stopped')
    .action(async (file: string) => {
      const exported = await reached(async () => (await import('./log-export.js')).exportLog({ env, file, write, say }));
      const { events, streams, problems } = exported;
      const words = `Exported ${events} events in ${streams} streams.`;
      if (file === '-') say(`${words}\n`);
      else show(exported, () => words);
      if (problems.length === 0) return;
      say(`${problems.length} problems in the log, so that it cannot be imported:\n${problems.slice(0, MOST_TOLD).join('\n')}\n`);
      refused();
    });

  program
    .command('import <file>')
    .description('bring an exported log into empty engines, or go on where an import ended; nothing else may use them meanwhile')
    .action(async (file: string) => {
      const imported = await reached(async () => (await import('./log-import.js')).importLog({ env, file, say }));
      show(imported, ({ events, streams, written, waiting }) => {
        const done = written === 0 ? 'All were there' : `${written} of them are new here`;
        return `${events} events in ${streams} streams. ${done}. Videos that wait for a worker: ${waiting}.`;
      });
    });

  program
    .command('files')
    .description('artworks and videos')
    .command('copy <from> <to>')
    .description('copy all files between addresses like file:./data/files and s3://bucket/prefix?endpoint=…')
    .action(async (from: string, to: string) => {
      const answer = await reached(async () => (await import('./files-copy.js')).copyFiles(from, to, say));
      show(answer, ({ files, copied }) => `${files} files are there, ${copied} of them copied now.`);
    });

  program
    .command('topics')
    .description('topics of the message queue')
    .command('create')
    .description('make those that are missing on KAFKA_BROKERS; changes none that is there')
    .option('--replicas <copies>', 'copies of each message', copies, 3)
    .action(async ({ replicas }: { replicas: number }) => {
      const made = await reached(async () => {
        const { createTopics, InvalidSettingsError, readWorkerSettings } = await import('#service');
        const { kafka } = readWorkerSettings(env);
        if (kafka === undefined) throw new InvalidSettingsError('KAFKA_BROKERS is not set: it says where topics are to be made');
        return createTopics(kafka, { replicas, report: (message) => say(`${message}\n`) });
      });
      show({ made }, () => (made.length === 0 ? 'All topics were there.' : `Made: ${made.join(', ')}.`));
    });
}

const MOST_TOLD = 20;

/** What an operator can mend by himself, by the names of the errors: their classes would bring the engines with them. */
const mendable = new Set([
  'InvalidSettingsError',
  'StartRefusedError',
  'EngineUnavailableError',
  'StoreUnavailableError',
  'MissingTopicError',
  'FilesUrlError',
]);

async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOfTheDisk = typeof error === 'object' && error !== null && 'syscall' in error;
    if (isOfTheDisk || (error instanceof Error && mendable.has(error.name)))
      throw new UnreachedError((error as Error).message, { cause: error });
    throw error;
  }
}

function copies(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 99.');
  return Number(text);
}
