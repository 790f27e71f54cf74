/* Pictures of the mat: reading them from the wire, and painting them smoothly. */
import { LEVELS, SHARES, colourTable } from "./colours.js";

export const RECORDED = 0x80000000;

/** A picture from the wire (docs/page.md), or null. */
export function pictureRead(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 64 || view.getUint32(0, false) !== 0x52535049 || view.getUint16(4, true) !== 1) return null;
  const header = view.getUint16(6, true), rows = view.getUint16(12, true), cols = view.getUint16(14, true);
  if (buffer.byteLength !== header + 2 * rows * cols) return null;
  return {
    flags: view.getUint32(8, true), rows, cols,
    number: Number(view.getBigUint64(16, true)),
    taken_ms: Number(view.getBigInt64(24, true)) / 1000,
    time_s: view.getFloat64(32, true),
    scale_kpa: view.getFloat32(40, true), peak_kpa: view.getFloat32(44, true),
    force_n: view.getFloat32(48, true), moving: view.getFloat32(52, true),
    pitch_x_mm: view.getFloat32(56, true), pitch_y_mm: view.getFloat32(60, true),
    pressure: new Uint8Array(buffer, header, rows * cols),
    share: new Uint8Array(buffer, header + rows * cols, rows * cols),
  };
}

/* Cubic B-spline taps that turn `from` samples into `to`, edges held. */
function tapsMake(from, to) {
  const at = new Int32Array(4 * to), weight = new Float32Array(4 * to);
  for (let i = 0; i < to; i++) {
    const x = ((i + 0.5) * from) / to - 0.5, base = Math.floor(x), t = x - base;
    const w = [(1 - t) ** 3 / 6, (3 * t ** 3 - 6 * t ** 2 + 4) / 6, (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6, t ** 3 / 6];
    for (let k = 0; k < 4; k++) {
      at[4 * i + k] = Math.min(from - 1, Math.max(0, base - 1 + k));
      weight[4 * i + k] = w[k];
    }
  }
  return { at, weight };
}

const SIDE = 240; // pixels of the smooth picture's longer side, about

/** Makes smooth pixels of pictures. */
export class Painter {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = this.canvas.getContext("2d");
  }

  theme(name) {
    this.table = colourTable(name);
  }

  prepare(rows, cols) {
    if (this.rows === rows && this.cols === cols) return;
    const zoom = Math.max(1, Math.round(SIDE / Math.max(rows, cols)));
    this.rows = rows;
    this.cols = cols;
    this.width = cols * zoom;
    this.height = rows * zoom;
    this.across = tapsMake(cols, this.width);
    this.down = tapsMake(rows, this.height);
    this.rowsOf = [new Float32Array(rows * this.width), new Float32Array(rows * this.width)];
    this.canvas.width = this.width;
    this.canvas.height = this.height;
    this.image = this.context.createImageData(this.width, this.height);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  widen(picture) {
    const { at, weight } = this.across, [load, moving] = this.rowsOf, { pressure, share } = picture;
    for (let r = 0, out = 0; r < this.rows; r++) {
      const row = r * this.cols;
      for (let x = 0; x < this.width; x++, out++) {
        let sum = 0, part = 0;
        for (let k = 4 * x; k < 4 * x + 4; k++) {
          const cell = row + at[k], load1 = weight[k] * pressure[cell];
          sum += load1;
          part += load1 * share[cell];
        }
        load[out] = sum;
        moving[out] = part;
      }
    }
  }

  /** Paints a picture; its pixels are then on this.canvas. */
  paint(picture) {
    this.prepare(picture.rows, picture.cols);
    this.widen(picture);
    const { at, weight } = this.down, [load, moving] = this.rowsOf, { width, table, pixels } = this;
    for (let y = 0, out = 0; y < this.height; y++) {
      const k = 4 * y, a = at[k] * width, b = at[k + 1] * width, c = at[k + 2] * width, d = at[k + 3] * width;
      const wa = weight[k], wb = weight[k + 1], wc = weight[k + 2], wd = weight[k + 3];
      for (let x = 0; x < width; x++, out++) {
        const sum = wa * load[a + x] + wb * load[b + x] + wc * load[c + x] + wd * load[d + x];
        const part = wa * moving[a + x] + wb * moving[b + x] + wc * moving[c + x] + wd * moving[d + x];
        const level = sum >= LEVELS - 1 ? LEVELS - 1 : sum | 0;
        const share = sum > 0.5 ? ((part / sum) * (SHARES - 1)) / 255 + 0.5 | 0 : SHARES - 1;
        pixels[out] = table[(share >= SHARES ? SHARES - 1 : share) * LEVELS + level];
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }
}
