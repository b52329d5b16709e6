import { createCanvas, ImageData } from '@napi-rs/canvas';
import { openArtwork } from './artwork.sharp.js';
import { Encoder, type Output } from './encoder.ffmpeg.js';
import { hang, measure, type Measures } from './scenes/hanging.js';
import { roomOf } from './scenes/rooms.js';
import { loadSet } from './scenes/set.sharp.js';
import { detailFor, Stage } from './scenes/stage.js';

export interface VideoOrder {
  readonly artwork: Uint8Array;
  readonly roomId: string;
  readonly output: Output;
  /** Where the MP4 is to be written. */
  readonly file: string;
  /** The folder of the rooms' baked layers. */
  readonly roomsFolder: string;
}

/**
 * Renders one video: the artwork in its room, the camera stepping closer. `onProgress` hears parts of the whole, 0–1, after each
 * frame. Rejects with UnusablePictureError or UnknownRoomError where trying again would not help.
 */
export async function renderVideo(order: VideoOrder, onProgress: (done: number) => void, signal?: AbortSignal): Promise<void> {
  const { output } = order;
  const stage = await setUp(order.artwork, order.roomId, order.roomsFolder, output.width, output.height);
  const encoder = await Encoder.start(order.file, output);
  const frames = Math.round((output.durationMs / 1000) * output.fps);
  for (let i = 0; i < frames; i++) {
    signal?.throwIfAborted();
    await encoder.write(stage.draw(frames === 1 ? 0 : i / (frames - 1)));
    onProgress((i + 1) / frames);
  }
  await encoder.finish();
}

/** Hangs an artwork in a room, ready to be drawn at this size. */
export async function setUp(artwork: Uint8Array, roomId: string, roomsFolder: string, width: number, height: number): Promise<Stage> {
  const room = roomOf(roomId);
  const [picture, set] = await Promise.all([openArtwork(artwork), loadSet(room, roomsFolder)]);
  const measures: Measures = measure(room.hanging, picture.width, picture.height);
  const detail = detailFor(room, measures, width, height);
  const [w, h] = [Math.max(1, Math.round(measures.picture.width * detail)), Math.max(1, Math.round(measures.picture.height * detail))];
  const canvas = createCanvas(w, h);
  canvas.getContext('2d').putImageData(new ImageData(await picture.shrunk(w, h), w, h), 0, 0);
  return new Stage(set, hang(room, canvas, measures, detail, set.light), width, height);
}
