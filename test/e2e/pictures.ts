import { randomBytes } from 'node:crypto';
import sharp from 'sharp';

/** A small picture that no other call made before. */
export function picture(width = 64, height = 48): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = randomBytes(3);
  return sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
    .png()
    .toBuffer();
}
