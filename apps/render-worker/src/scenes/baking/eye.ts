import type { Camera } from '../camera.js';
import type { Tracer } from './tracer.js';

/** Rods up to this radius, in metres, are narrower than the places at which light is traced. */
export const thinnest = 0.0085;

/** What a camera sees of one layer: the last pixel that was looked at stands in its fields, the normal turned to the camera. */
export class Eye {
  solid = -1;
  x = 0;
  y = 0;
  z = 0;
  nx = 0;
  ny = 0;
  nz = 0;
  dx = 0;
  dy = 0;
  dz = 0;
  /** A thin rod: it is lit as if it were flat and faced the camera, or the light of its two sides would alternate along it. */
  isThin = false;

  constructor(
    private readonly tracer: Tracer,
    private readonly camera: Camera,
    private readonly layer: number,
  ) {}

  /** Looks through a pixel; false where the layer has nothing. */
  look(px: number, py: number): boolean {
    const { hits } = this.tracer;
    const { x, y, z } = this.camera.pose;
    const [dx, dy, dz] = this.camera.ray(px, py);
    this.dx = dx;
    this.dy = dy;
    this.dz = dz;
    this.solid = hits.first(x, y, z, dx, dy, dz, 1e4, this.layer, true);
    if (this.solid < 0) return false;
    this.x = x + dx * hits.t;
    this.y = y + dy * hits.t;
    this.z = z + dz * hits.t;
    hits.describe(this.solid, this.x, this.y, this.z);
    this.isThin = hits.girth(this.solid) <= thinnest;
    if (this.isThin) {
      const length = -Math.hypot(dx, dy, dz);
      this.nx = dx / length;
      this.ny = dy / length;
      this.nz = dz / length;
    } else {
      const flip = hits.nx * dx + hits.ny * dy + hits.nz * dz > 0 ? -1 : 1;
      this.nx = hits.nx * flip;
      this.ny = hits.ny * flip;
      this.nz = hits.nz * flip;
    }
    return true;
  }
}
