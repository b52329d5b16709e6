import { cornersOf, type Hanging, matrix3d, type Point, sizesOf } from './mockup.geometry.js';

/** A wall seen straight on, two pixels a centimetre, its floor at 600 pixels; the frame's front a little closer. */
const mockup: Hanging = {
  wall: [2, 0, 640, 0, -2, 600, 0, 0, 1],
  front: [2.02, 0, 640, 0, -2.02, 602, 0, 0, 1],
  hanging: { x: 10, y: 150, area: 10_000, maxWidth: 160, maxHeight: 110 },
  frame: { width: 2, mat: 3 },
};

describe('the size on the wall', () => {
  it("is the room's usual area in the artwork's own proportion", () => {
    expect(sizesOf(mockup, { width: 500, height: 500 })).toEqual({
      artwork: { width: 100, height: 100 },
      frame: { width: 110, height: 110 },
    });
  });

  it('is less where the wall is not wide enough', () => {
    expect(sizesOf(mockup, { width: 3000, height: 1000 })).toEqual({
      artwork: { width: 150, height: 50 },
      frame: { width: 160, height: 60 },
    });
  });

  it('is less where the wall is not high enough', () => {
    expect(sizesOf(mockup, { width: 1000, height: 2000 })).toEqual({
      artwork: { width: 50, height: 100 },
      frame: { width: 60, height: 110 },
    });
  });
});

describe('the corners', () => {
  it('stand about the middle of the hanging, clockwise from the upper left, the frame outside of the artwork', () => {
    const { artwork, frame, shadow } = cornersOf(mockup, { width: 500, height: 500 });
    const rounded = (points: readonly Point[]): number[][] => points.map(([x, y]) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
    expect(rounded(artwork)).toEqual([
      [559.2, 198],
      [761.2, 198],
      [761.2, 400],
      [559.2, 400],
    ]);
    expect(rounded(frame)[0]).toEqual([549.1, 187.9]);
    expect(rounded(shadow)[0]).toEqual([550, 190]);
  });
});

describe('the transform', () => {
  it.each<[string, readonly [Point, Point, Point, Point]]>([
    [
      'a rectangle',
      [
        [10, 20],
        [210, 20],
        [210, 120],
        [10, 120],
      ],
    ],
    [
      'a wall seen from the side',
      [
        [100, 50],
        [400, 90],
        [400, 310],
        [100, 350],
      ],
    ],
    [
      'any convex shape',
      [
        [12, 7],
        [430, 60],
        [380, 333],
        [40, 280],
      ],
    ],
  ])('brings a box to %s', (_what, corners) => {
    const transform = matrix3d({ width: 400, height: 300 }, corners);
    expect(transform).toMatch(/^matrix3d\((-?\d+(\.\d+)?, ){15}1\)$/);
    const m = transform.slice('matrix3d('.length, -1).split(', ').map(Number);
    const at = (x: number, y: number): number[] => {
      const row = (k: number): number => (m[k] ?? 0) * x + (m[4 + k] ?? 0) * y + (m[12 + k] ?? 0);
      return [row(0) / row(3), row(1) / row(3)];
    };
    const seen = [at(0, 0), at(400, 0), at(400, 300), at(0, 300)];
    seen.forEach(([x, y], i) => {
      expect(x).toBeCloseTo(corners[i]?.[0] ?? NaN, 2);
      expect(y).toBeCloseTo(corners[i]?.[1] ?? NaN, 2);
    });
  });
});
