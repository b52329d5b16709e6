/** A colour or a direction; for colours linear light, 0–1. */
export type Triple = readonly [number, number, number];

/**
 * Where the camera stands, in metres: x to the right along the hanging wall, y up from the floor, z out of that wall.
 * `yaw` in radians; 0 looks straight at the wall. The camera never tilts, so verticals stay vertical; `shift` of the lens
 * (in widths of the picture) raises or lowers the horizon instead.
 */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
}

export interface Lens {
  /** Focal length in widths of the picture: 0.9 is a normal lens, 0.65 a wide one. */
  readonly focal: number;
  readonly shift: number;
}

/** A 3×3 matrix by rows. */
export type Matrix = readonly [number, number, number, number, number, number, number, number, number];

/** A camera with a picture of `width` × `height` pixels. */
export class Camera {
  private readonly right: readonly [number, number];
  private readonly forward: readonly [number, number];
  private readonly focalPx: number;
  private readonly horizon: number;

  constructor(
    readonly pose: Pose,
    lens: Lens,
    readonly width: number,
    readonly height: number,
  ) {
    this.right = [Math.cos(pose.yaw), Math.sin(pose.yaw)];
    this.forward = [Math.sin(pose.yaw), -Math.cos(pose.yaw)];
    this.focalPx = lens.focal * width;
    this.horizon = height / 2 + lens.shift * width;
  }

  /** The point's place in homogeneous pixels: divide the first two by the third, its depth in metres. */
  homogeneous([x, y, z]: Triple): [number, number, number] {
    return this.linear(x - this.pose.x, y - this.pose.y, z - this.pose.z);
  }

  /** The point's pixel. Meaningless for points behind the camera. */
  project(point: Triple): [number, number] {
    const [x, y, depth] = this.homogeneous(point);
    return [x / depth, y / depth];
  }

  /** The direction in which the camera sees a pixel, one metre deep; not of unit length. */
  ray(px: number, py: number): [number, number, number] {
    const side = (px - this.width / 2) / this.focalPx;
    const up = (this.horizon - py) / this.focalPx;
    return [this.forward[0] + side * this.right[0], up, this.forward[1] + side * this.right[1]];
  }

  /** Takes (s, t, 1) on the plane `origin + s·u + t·v` to homogeneous pixels. */
  ofPlane(origin: Triple, u: Triple, v: Triple): Matrix {
    const a = this.linear(...u);
    const b = this.linear(...v);
    const c = this.homogeneous(origin);
    return [a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]];
  }

  private linear(x: number, y: number, z: number): [number, number, number] {
    const side = x * this.right[0] + z * this.right[1];
    const depth = x * this.forward[0] + z * this.forward[1];
    return [this.focalPx * side + (this.width / 2) * depth, this.horizon * depth - this.focalPx * y, depth];
  }
}

/** The inverse of a homography, up to scale. */
export function inverse([a, b, c, d, e, f, g, h, i]: Matrix): Matrix {
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ];
}

/** Applies `second` after `first`. */
export function product(second: Matrix, first: Matrix): Matrix {
  const at = (row: number, column: number): number =>
    [0, 1, 2].reduce((sum, k) => sum + (second[row * 3 + k] ?? 0) * (first[k * 3 + column] ?? 0), 0);
  return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
}

/** Where a homography takes a point. */
export function mapped(m: Matrix, x: number, y: number): [number, number] {
  const w = m[6] * x + m[7] * y + m[8];
  return [(m[0] * x + m[1] * y + m[2]) / w, (m[3] * x + m[4] * y + m[5]) / w];
}

/** The pose at `progress` (0–1) of a move that sets off and comes to rest softly. */
export function poseAt(from: Pose, to: Pose, progress: number): Pose {
  const eased = progress * progress * (3 - 2 * progress);
  const between = (a: number, b: number): number => a + (b - a) * eased;
  return { x: between(from.x, to.x), y: between(from.y, to.y), z: between(from.z, to.z), yaw: between(from.yaw, to.yaw) };
}
