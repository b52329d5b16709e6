import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { UnusablePictureError } from './artwork.sharp.js';
import type { ProcessMessage, ProcessOrder } from './render-slot.process.js';
import { renderVideo } from './render-video.js';
import { UnknownRoomError } from './scenes/rooms.js';

/**
 * The entry of a render process: takes one order at a time from the process that forked it, and ends with it. Pictures are decoded
 * and drawn here alone, so that a crash or a leak in native code costs one render and not the service.
 */
const lowerPriority = 5;
setPriority(lowerPriority);
sharp.cache(false);
sharp.concurrency(1);
const roomsFolder = fileURLToPath(new URL('./scenes/sets/', import.meta.url));

process.on('disconnect', () => process.exit(0));
process.on('message', (order: ProcessOrder) => {
  void render(order).then((message) => send(message));
});

async function render({ artworkFile, roomId, output, file }: ProcessOrder): Promise<ProcessMessage> {
  try {
    let told = 0;
    await renderVideo({ artwork: await readFile(artworkFile), roomId, output, file, roomsFolder }, (done) => {
      const percent = Math.floor(done * 100);
      if (percent > told) send({ kind: 'progressed', percent: (told = percent) });
    });
    return { kind: 'rendered' };
  } catch (error) {
    const hopeless = error instanceof UnusablePictureError || error instanceof UnknownRoomError;
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error), retryable: !hopeless };
  }
}

function send(message: ProcessMessage): void {
  if (process.connected) process.send?.(message);
}
