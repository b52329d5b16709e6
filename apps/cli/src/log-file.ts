import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Breach, type EventMetadata, type JsonObject, type RecordedEvent, StreamCheck } from '#event-sourcing';
import { MoveRefusedError } from './move-refused.js';

/**
 * A whole log as text, neutral of its engine: a header, each event in the log's order, and an end that tells a whole file from a cut one.
 * One JSON object a line. An event's data is the very text that its chain was made of, as `JSON.stringify` gives it.
 */
const FORMAT = 'video-credits-log';
const VERSION = 1;
/** A line of more than so many characters is none of ours. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Makes the lines of a log file, and the end that belongs to them. */
export class LogFileLines {
  readonly #hash = createHash('sha256');
  #events = 0;

  /** The first line. */
  header(logId: string): string {
    return this.#counted(JSON.stringify({ format: FORMAT, version: VERSION, logId }));
  }

  event({ stream, version, id, type, data, metadata }: RecordedEvent): string {
    this.#events += 1;
    return this.#counted(JSON.stringify({ stream, version, id, type, data, metadata }));
  }

  /** The last line. */
  end(): string {
    return `${JSON.stringify({ events: this.#events, sha256: this.#hash.digest('hex') })}\n`;
  }

  #counted(line: string): string {
    const text = `${line}\n`;
    this.#hash.update(text);
    return text;
  }
}

/**
 * The events of a log file in their order; positions are not in it. Throws MoveRefusedError where it is no such file, and at its end where
 * that is missing or does not fit: whoever must know beforehand that a file is whole reads it twice.
 */
export async function* eventsOf(path: string): AsyncGenerator<RecordedEvent> {
  const refused = (why: string): MoveRefusedError => new MoveRefusedError(`"${path}" cannot be imported: ${why}`);
  const hash = createHash('sha256');
  let [lines, ended] = [0, false];
  for await (const { text, whole } of linesOf(path, refused)) {
    lines += 1;
    if (ended) throw refused(`there is more after its end, from line ${lines}`);
    const line = parsed(text);
    if (line === undefined) throw refused(whole ? `line ${lines} is not JSON` : 'it is cut');
    if (lines === 1) checkHeader(line, refused);
    else if ('sha256' in line) {
      if (line['events'] !== lines - 2 || line['sha256'] !== hash.digest('hex'))
        throw refused('it was changed: its events are not those that its end speaks of');
      ended = true;
      continue;
    } else yield eventIn(line) ?? fail(refused(`line ${lines} is no event`));
    hash.update(`${text}\n`);
  }
  if (!ended) throw refused(lines === 0 ? 'it is empty' : 'it is cut: its end is missing');
}

/** Checks the chains of many streams at once, in their order. */
export class LogChains {
  readonly #streams = new Map<string, StreamCheck>();

  get streams(): number {
    return this.#streams.size;
  }

  add(event: RecordedEvent): readonly Breach[] {
    let stream = this.#streams.get(event.stream);
    if (!stream) this.#streams.set(event.stream, (stream = new StreamCheck(event.stream)));
    return stream.add(event);
  }

  /** To be called at the end: appends that are cut short. */
  finish(): readonly Breach[] {
    return [...this.#streams.values()].flatMap((stream) => stream.finish());
  }
}

function fail(error: Error): never {
  throw error;
}

/** Lines end with LF and nothing else: other ends of lines stand inside of JSON texts. */
async function* linesOf(path: string, refused: (why: string) => Error): AsyncGenerator<{ readonly text: string; readonly whole: boolean }> {
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw refused('it is no log: a line of it has no end');
    for (const text of lines) yield { text, whole: true };
  }
  if (rest !== '') yield { text: rest, whole: false };
}

type Line = { readonly [name: string]: unknown };

function parsed(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function checkHeader({ format, version }: Line, refused: (why: string) => Error): void {
  if (format !== FORMAT) throw refused('it was not made by `credits export`');
  if (version !== VERSION) throw refused(`it has version ${String(version)} of the format; this program reads ${VERSION}`);
}

function eventIn({ stream, version, id, type, data, metadata }: Line): RecordedEvent | undefined {
  if (typeof stream !== 'string' || typeof id !== 'string' || typeof type !== 'string') return undefined;
  if (typeof version !== 'number' || !isObject(data) || !isObject(metadata)) return undefined;
  const { cause, recordedAt, chain } = metadata;
  if (typeof cause !== 'string' || typeof recordedAt !== 'string' || typeof chain !== 'string') return undefined;
  return { stream, version, position: 0n, id, type, data: data as JsonObject, metadata: metadata as unknown as EventMetadata };
}

function isObject(value: unknown): value is Line {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
