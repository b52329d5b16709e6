import { Writable } from 'node:stream';
import { ManualMachineClock } from '#event-sourcing/testing';
import { OpenStream } from './open-stream.js';

/** A reader that takes one text and then no more, until it is told to. */
class Reader extends Writable {
  readonly got: string[] = [];
  holds = false;
  #next: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false });
  }
  override _write(text: string, _encoding: string, done: () => void): void {
    this.got.push(text);
    if (this.holds) this.#next = done;
    else done();
  }
  async goOn(): Promise<void> {
    this.holds = false;
    this.#next?.();
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function opened(endsAt = Infinity) {
  const [reader, clock] = [new Reader(), new ManualMachineClock(1_000)];
  const stream = new OpenStream(reader, clock, endsAt);
  await turn();
  const after = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    stream.tick(clock.now());
    await turn();
  };
  return { reader, clock, stream, after };
}

describe('a stream to one page', () => {
  it('says once how soon to come again, then what it is told to show, and that it is there every 15 s', async () => {
    const { reader, stream, after } = await opened();
    stream.show('one\n\n');
    await after(14_999);
    await after(1);
    await after(15_000);
    expect(reader.got).toEqual(['retry: 2000\n\n', 'one\n\n', ': heartbeat\n\n', ': heartbeat\n\n']);
  });

  it('keeps the latest message alone for a reader that does not keep up, and no heartbeat', async () => {
    const { reader, stream, after } = await opened();
    reader.holds = true;
    for (const message of ['one', 'two', 'three', 'four']) stream.show(message);
    await after(20_000);
    expect(reader.got).toEqual(['retry: 2000\n\n', 'one']);
    await reader.goOn();
    expect(reader.got).toEqual(['retry: 2000\n\n', 'one', 'four']);
    stream.show('five');
    await turn();
    expect(reader.got.at(-1)).toBe('five');
  });

  it('cuts off a reader that takes nothing for 30 s, and not one that took something between', async () => {
    const { reader, stream, after } = await opened();
    reader.holds = true;
    stream.show('one');
    await after(29_999);
    expect(reader.destroyed).toBe(false);
    await reader.goOn();
    reader.holds = true;
    stream.show('two');
    await after(29_999);
    expect(reader.destroyed).toBe(false);
    await after(1);
    expect(reader.destroyed).toBe(true);
    stream.show('three');
    expect(reader.got.at(-1)).toBe('two');
  });

  it('ends when the identity of its caller does, in good order', async () => {
    const { reader, stream, after } = await opened(61_000);
    await after(59_999);
    expect(reader.writableEnded).toBe(false);
    await after(1);
    expect([reader.writableEnded, reader.destroyed]).toEqual([true, true]);
    stream.show('late');
    stream.tick(Infinity);
    expect(reader.errored).toBeNull();
  });

  it('is cut where it is to end while its reader is stuck', async () => {
    const { reader, stream } = await opened();
    reader.holds = true;
    stream.show('one');
    stream.end();
    expect([reader.writableEnded, reader.destroyed]).toEqual([false, true]);
  });
});
