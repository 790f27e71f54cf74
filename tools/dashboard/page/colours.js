/* Colours computed in OKLab: lightness says how much presses, hue whether it moves (blue) or stays
   (orange). Blue and orange stay apart in every kind of colour blindness, lightness in all. */

const MOVING = 250, STILL = 62; // hue, degrees
export const LEVELS = 256, SHARES = 17;

/* OKLab to linear sRGB (B. Ottosson, 2020). */
function linearOfLab(L, a, b) {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function rgbOfLab(L, a, b) {
  return linearOfLab(L, a, b).map((c) => {
    const v = Math.min(1, Math.max(0, c));
    return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
  });
}

function inGamut(L, a, b) {
  return linearOfLab(L, a, b).every((c) => c > -0.002 && c < 1.002);
}

/* The strongest colour of a hue at a lightness, as far as wanted. */
function labOf(L, chroma, degrees) {
  const h = (degrees * Math.PI) / 180;
  let c = chroma;
  while (c > 0.001 && !inGamut(L, c * Math.cos(h), c * Math.sin(h))) c -= 0.004;
  return [L, Math.max(0, c) * Math.cos(h), Math.max(0, c) * Math.sin(h)];
}

/* Lightness and chroma over the scale, on a dark and on a light ground; the ground is the page's. */
const GROUND = { hue: 245, chroma: 0.014, gone: 0.02 };
const ramps = {
  dark: { L: (u) => 0.2 + 0.745 * u ** 0.8, C: (u) => (0.014 + 0.171 * Math.min(1, u * 3.2)) * (1 - 0.55 * u ** 3) },
  light: { L: (u) => 0.975 - 0.62 * u ** 0.8, C: (u) => (0.008 + 0.192 * Math.min(1, u * 2.4)) * (1 - 0.25 * u ** 3) },
};

/** A table of colours as 32-bit pixels: [share of SHARES][level of LEVELS]. */
export function colourTable(theme) {
  const ramp = ramps[theme], table = new Uint32Array(SHARES * LEVELS);
  for (let level = 0; level < LEVELS; level++) {
    const u = level / (LEVELS - 1), L = ramp.L(u), C = ramp.C(u);
    const moving = labOf(L, C, MOVING), still = labOf(L, C, STILL);
    const ground = labOf(L, GROUND.chroma, GROUND.hue), bare = Math.max(0, 1 - u / GROUND.gone);
    for (let share = 0; share < SHARES; share++) {
      const t = share / (SHARES - 1), mix = moving.map((v, i) => t * v + (1 - t) * still[i]);
      const lab = mix.map((v, i) => (1 - bare) * v + bare * ground[i]);
      const [r, g, b] = rgbOfLab(...lab);
      table[share * LEVELS + level] = (255 << 24) | (b << 16) | (g << 8) | r;
    }
  }
  return table;
}
