import { type Canvas, createCanvas, type Image } from '@napi-rs/canvas';
import { boxShadow, drawFront, type Looks, paintLight, type Pen } from './mockup.drawing.js';

/** A square artwork here is 100 cm wide in a frame of 110 cm; the light is half as bright on the left of the wall. */
const mockup: Looks = {
  wall: [2, 0, 640, 0, -2, 600, 0, 0, 1],
  front: [2, 0, 640, 0, -2, 600, 0, 0, 1],
  hanging: { x: 0, y: 150, area: 10_000, maxWidth: 300, maxHeight: 200 },
  frame: {
    width: 2,
    mat: 3,
    matColour: '#f0f0f0',
    colours: { top: '#800000', right: '#008000', bottom: '#000080', left: '#808000' },
  },
  shadows: [
    { right: 1, down: 2, blur: 3, colour: 'rgba(26 20 16 / 0.300)' },
    { right: 0.5, down: 1, blur: 0, colour: 'rgba(26 20 16 / 0.200)' },
  ],
  light: { left: -100, top: 250, width: 200, height: 200, columns: 2, rows: 1, colours: ['#808080', '#ffffff'] },
};

function drawn(): Canvas {
  const artwork = createCanvas(50, 50);
  const paint = artwork.getContext('2d');
  paint.fillStyle = '#c08040';
  paint.fillRect(0, 0, 50, 50);
  const light = createCanvas(2, 1);
  paintLight(light.getContext('2d') as Pen<Canvas | Image>, mockup);
  const canvas = createCanvas(440, 440);
  drawFront(canvas.getContext('2d') as Pen<Canvas | Image>, canvas, mockup, artwork, artwork, light);
  return canvas;
}

describe('the front', () => {
  const pen = drawn().getContext('2d');
  const at = (x: number, y: number): number[] => [...pen.getImageData(x, y, 1, 1).data];
  /** What is left of a colour at so many pixels from the left: the light rises from half to all between the middles of its two places. */
  const lit = (x: number, colour: readonly number[]): number[] => {
    const part = Math.max(0, Math.min(1, ((x + 0.5) / 4 - 55 + 50) / 100));
    return colour.map((value) => Math.round((value * (128 + 127 * part)) / 255));
  };
  const expectNear = (x: number, y: number, colour: readonly number[]): void => {
    const wanted = lit(x, colour);
    const apart = at(x, y).map((value, i) => Math.abs(value - (i === 3 ? 255 : (wanted[i] ?? NaN))));
    for (const by of apart) expect(by).toBeLessThanOrEqual(2);
  };

  it('shows the frame, the mat and the artwork where they belong, in the light of their place', () => {
    for (const [x, colour] of [
      [3, [128, 128, 0]],
      [40, [192, 128, 64]],
      [220, [192, 128, 64]],
      [400, [192, 128, 64]],
      [426, [240, 240, 240]],
      [436, [0, 128, 0]],
    ] as const)
      expectNear(x, 220, colour);
    expectNear(220, 3, [128, 0, 0]);
    expectNear(220, 436, [0, 0, 128]);
  });

  it('leaves nothing clear', () => {
    for (const [x, y] of [
      [0, 0],
      [439, 0],
      [439, 439],
      [0, 439],
    ] as const)
      expect(at(x, y)[3]).toBe(255);
  });
});

it('casts its shadows in the scale of the box', () => {
  expect(boxShadow(mockup, 4)).toBe('4px 8px 12px rgba(26 20 16 / 0.300), 2px 4px 0px rgba(26 20 16 / 0.200)');
});
