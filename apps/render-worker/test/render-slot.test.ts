import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProcessOrder, RenderSlot } from '../src/render-slot.process.js';
import { compiledProcess } from './compiled-process.js';
import { quartered } from './pictures.js';

const compiled = compiledProcess();
const never = new AbortController().signal;
let folder = '';
let slot: RenderSlot;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'render-slot-'));
  await writeFile(join(folder, 'good'), await quartered(400, 300));
  await writeFile(join(folder, 'bad'), 'not a picture');
});
beforeEach(() => {
  slot = new RenderSlot({ entry: compiled.entry });
});
afterEach(() => slot.stop());
afterAll(async () => {
  compiled.remove();
  await rm(folder, { recursive: true, force: true });
});

/** A small video of a few frames, or one that takes long. */
function order(artwork: 'good' | 'bad', durationMs = 300): ProcessOrder {
  return {
    artworkFile: join(folder, artwork),
    roomId: 'gallery-wall',
    output: { width: 320, height: 180, fps: 30, durationMs },
    file: join(folder, 'video.mp4'),
  };
}

async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 10_000; !what(); await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (Date.now() > deadline) throw new Error('waited too long');
  }
}

describe('a render slot', () => {
  it('renders one video after the other in one process, which it ends when idle', async () => {
    slot = new RenderSlot({ entry: compiled.entry, idleMs: 100 });
    expect(slot.pid).toBeUndefined();
    const percents: number[] = [];
    const first = slot.render(order('good'), (percent) => percents.push(percent), never);
    const pid = slot.pid;
    expect(await first).toEqual({ kind: 'rendered' });
    expect(percents.at(-1)).toBe(100);
    expect(await slot.render(order('good'), () => undefined, never)).toEqual({ kind: 'rendered' });
    expect(slot.pid).toBe(pid);
    await until(() => slot.pid === undefined);
  });

  it('says of a picture that cannot be used that trying again will not help, and goes on', async () => {
    expect(await slot.render(order('bad'), () => undefined, never)).toEqual({
      kind: 'failed',
      reason: 'The artwork is not a PNG, JPEG or WebP picture.',
      retryable: false,
    });
    expect(await slot.render(order('good'), () => undefined, never)).toEqual({ kind: 'rendered' });
  });

  it('kills a render that takes too long; it may be tried again, and the slot goes on', async () => {
    slot = new RenderSlot({ entry: compiled.entry, limitMs: 1_000 });
    const long = { ...order('good', 20_000), output: { width: 1280, height: 720, fps: 60, durationMs: 20_000 } };
    expect(await slot.render(long, () => undefined, never)).toEqual({
      kind: 'failed',
      reason: 'Rendering took longer than 1 seconds.',
      retryable: true,
    });
    slot.stop();
    slot = new RenderSlot({ entry: compiled.entry });
    expect(await slot.render(order('good'), () => undefined, never)).toEqual({ kind: 'rendered' });
  });

  it('survives a crash in mid-render: the attempt may be repeated, the next render gets a new process', async () => {
    const ended = slot.render(
      order('good', 20_000),
      (percent) => {
        if (percent === 1) process.kill(slot.pid as number, 'SIGSEGV');
      },
      never,
    );
    expect(await ended).toEqual({ kind: 'failed', reason: 'The render process ended unexpectedly.', retryable: true });
    expect(await slot.render(order('good'), () => undefined, never)).toEqual({ kind: 'rendered' });
  });

  it('aborts at once when told', async () => {
    const abort = new AbortController();
    const ended = slot.render(order('good', 20_000), () => abort.abort(), abort.signal);
    await expect(ended).rejects.toThrow('aborted');
    expect(slot.pid).toBeUndefined();
  });
});
