import sharp, { type OverlayOptions } from 'sharp';

/** The four quarters' colours, from the upper left clockwise: far apart, so that no light of a room mixes them up. */
export const quarters = { red: [214, 40, 40], green: [40, 160, 60], yellow: [240, 200, 40], blue: [40, 70, 190] } as const;
export type Quarter = keyof typeof quarters;

/** A picture of four coloured quarters. */
export async function quartered(width: number, height: number): Promise<Buffer> {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const places: readonly [Quarter, number, number][] = [
    ['red', 0, 0],
    ['green', width - w, 0],
    ['yellow', width - w, height - h],
    ['blue', 0, height - h],
  ];
  const piece = ([r, g, b]: readonly [number, number, number]): OverlayOptions['input'] => ({
    create: { width: w, height: h, channels: 3, background: { r, g, b } },
  });
  return sharp({ create: { width, height, channels: 3, background: '#000' } })
    .composite(places.map(([quarter, left, top]) => ({ input: piece(quarters[quarter]), left, top })))
    .png()
    .toBuffer();
}

/** Which quarter a seen colour is of, by its hue; undefined for greys, whites and blacks. */
export function quarterOf([r, g, b]: readonly [number, number, number]): Quarter | undefined {
  const most = Math.max(r, g, b),
    least = Math.min(r, g, b);
  if (most - least < 0.45 * most || most < 40) return undefined;
  if (b === most) return b > 1.4 * g ? 'blue' : undefined;
  if (g === most) return g > 1.5 * r ? 'green' : undefined;
  return g > 0.62 * r ? 'yellow' : g < 0.45 * r ? 'red' : undefined;
}
