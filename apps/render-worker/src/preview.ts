import { createCanvas } from '@napi-rs/canvas';
import sharp from 'sharp';
import { setUp } from './render-video.js';

const size = { width: 960, height: 540 } as const;

/** A room's picture for the catalogue: a WebP of 960 × 540 with a quiet artwork made here, as the camera sees it on its way. */
export async function preview(roomId: string, roomsFolder: string): Promise<Buffer> {
  const stage = await setUp(sampleArtwork(), roomId, roomsFolder, size.width, size.height);
  return sharp(Buffer.from(stage.draw(0.3)), { raw: { ...size, channels: 4 } })
    .removeAlpha()
    .webp({ quality: 76, effort: 6 })
    .toBuffer();
}

/** Hills in mist, in quiet colours. */
function sampleArtwork(): Buffer {
  const [w, h] = [1200, 900];
  const canvas = createCanvas(w, h);
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#e8e0d0';
  pen.fillRect(0, 0, w, h);
  pen.fillStyle = '#d9a066';
  pen.beginPath();
  pen.arc(w * 0.66, h * 0.34, h * 0.13, 0, 2 * Math.PI);
  pen.fill();
  for (const [colour, base, swing] of [
    ['#b9c0b4', 0.58, 0.06],
    ['#8a9c97', 0.68, 0.05],
    ['#5b7578', 0.79, 0.045],
    ['#33494f', 0.9, 0.03],
  ] as const) {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(0, h);
    for (let x = 0; x <= w; x += 10) pen.lineTo(x, h * (base + swing * Math.sin((x / w) * 5 + base * 20)));
    pen.lineTo(w, h);
    pen.fill();
  }
  return canvas.toBuffer('image/png');
}
