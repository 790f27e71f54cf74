/* The mat on its canvas: the picture, the path of the contacts, the hot spots with their rings. */
import { Painter } from "./picture.js";
import { LEVELS, SHARES, colourTable } from "./colours.js";
import { DOSE, ENOUGH, letter } from "./spots.js";
import { number, text } from "./texts.js";

const PATH_S = 4;
const JUMP_MM = 30; // within a tenth of a second: a contact that merged with another, not a way
const WORDS_MS = 5000;
const MOST = 0.4; // of a narrow screen's height
const REM = 16;
const GAP = 12, EDGE = 2; // between picture and scale; around the picture, px
const narrow = matchMedia("(max-width: 999px)"); // as in style.css: there the page scrolls

export class Mat {
  constructor(canvas, scale) {
    this.canvas = canvas;
    this.space = canvas.closest("figure");
    this.context = canvas.getContext("2d");
    this.scale = scale;
    this.painter = new Painter();
    this.picture = null;
    this.contacts = [];
    this.paths = new Map();
    this.spots = [];
    this.words_ms = 0;
    this.drawn = { count: 0, late_ms: [] };
    new ResizeObserver(() => this.fit()).observe(this.space);
  }

  theme(name) {
    this.dark = name === "dark";
    this.ink = this.dark ? "255,255,255" : "16,24,32";
    this.halo = this.dark ? "8,12,18" : "255,255,255";
    this.painter.theme(name);
    this.scalePaint(colourTable(name));
    this.later();
  }

  /* What stays to the left, what moves to the right: both from nothing to the end of the scale. */
  scalePaint(table) {
    const context = this.scale.getContext("2d"), { width, height } = this.scale;
    const image = context.createImageData(width, height), pixels = new Uint32Array(image.data.buffer);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        pixels[y * width + x] = table[(y < height / 2 ? SHARES - 1 : 0) * LEVELS + Math.floor((x / width) * LEVELS)];
    context.putImageData(image, 0, 0);
  }

  fit() {
    const ratio = this.picture ? this.size().x / this.size().y : 1;
    const clientWidth = this.space.clientWidth - 2 * EDGE, clientHeight = this.space.clientHeight - 2 * EDGE;
    const room = narrow.matches ? Math.min(clientWidth / ratio, MOST * window.innerHeight) : clientHeight - this.scale.parentElement.offsetHeight - GAP;
    const width = Math.floor(Math.min(clientWidth, room * ratio)), height = Math.floor(width / ratio);
    const dots = Math.min(2, window.devicePixelRatio || 1);
    if (width < 1 || (this.canvas.width === Math.round(width * dots) && this.canvas.height === Math.round(height * dots))) return;
    this.canvas.width = Math.round(width * dots);
    this.canvas.height = Math.round(height * dots);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    this.scale.parentElement.style.width = `${Math.max(width, Math.min(280, clientWidth))}px`;
    this.dots = dots * parseFloat(getComputedStyle(document.documentElement).fontSize) / REM; // larger on the wall
    this.later();
  }

  size() {
    const p = this.picture;
    return { x: p.cols * p.pitch_x_mm, y: p.rows * p.pitch_y_mm };
  }

  show(picture) {
    const other = !this.picture || this.picture.rows !== picture.rows || this.picture.cols !== picture.cols;
    this.picture = picture;
    this.fresh = true;
    if (other) this.fit();
    this.later();
  }

  /** The contacts at a time: {id, x_mm, y_mm, kind}. */
  follow(time_s, contacts) {
    this.contacts = contacts;
    for (const contact of contacts) {
      if (!this.paths.has(contact.id)) this.paths.set(contact.id, []);
      this.paths.get(contact.id).push([time_s, contact.x_mm, contact.y_mm]);
    }
    for (const [id, path] of this.paths) {
      while (path.length && path[0][0] < time_s - PATH_S) path.shift();
      if (!path.length) this.paths.delete(id);
    }
    this.later();
  }

  /** The contacts and their way up to a time: [time_s, contacts], ... */
  trace(positions, time_s) {
    this.paths.clear();
    for (const [at, contacts] of positions) this.follow(at, contacts);
    if (!positions.length) this.follow(time_s, []);
  }

  mark(spots) {
    this.spots = spots;
    this.later();
  }

  clear() {
    this.picture = null;
    this.contacts = [];
    this.paths.clear();
    this.spots = [];
    this.later();
  }

  later() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const { context, canvas } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!this.picture) return;
    this.painter.paint(this.picture);
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.painter.canvas, 0, 0, canvas.width, canvas.height);
    this.zoom = canvas.width / this.size().x;
    for (const contact of this.contacts) this.drawPath(this.paths.get(contact.id) || []);
    for (const contact of this.contacts) this.drawContact(contact);
    for (const spot of this.spots) this.drawSpot(spot);
    if (this.fresh) this.note();
    this.fresh = false;
  }

  /* How late a picture is on the screen, for those who measure; and words for those who hear. */
  note() {
    const now = Date.now(), p = this.picture;
    this.drawn.count++;
    this.drawn.late_ms.push(now - p.taken_ms);
    if (this.drawn.late_ms.length > 2000) this.drawn.late_ms.shift();
    if (now - this.words_ms < WORDS_MS) return;
    this.words_ms = now;
    this.canvas.setAttribute("aria-label", p.force_n < 1 ? text("picture.empty")
      : text("picture.words", { force: number(p.force_n), peak: number(p.peak_kpa), share: number(100 * p.moving) }));
  }

  line(width, alpha, colour = this.ink) {
    this.context.lineWidth = width * this.dots;
    this.context.strokeStyle = `rgba(${colour},${alpha})`;
  }

  drawPath(path) {
    const { context, zoom } = this, newest = path.length ? path[path.length - 1][0] : 0;
    context.lineCap = "round";
    for (let i = 1; i < path.length; i++) {
      if (Math.hypot(path[i][1] - path[i - 1][1], path[i][2] - path[i - 1][2]) > JUMP_MM) continue;
      const age = (newest - path[i][0]) / PATH_S;
      this.line(2.5, 0.75 * (1 - age) ** 1.5);
      context.beginPath();
      context.moveTo(path[i - 1][1] * zoom, path[i - 1][2] * zoom);
      context.lineTo(path[i][1] * zoom, path[i][2] * zoom);
      context.stroke();
    }
  }

  drawContact(contact) {
    const { context, zoom } = this, x = contact.x_mm * zoom, y = contact.y_mm * zoom;
    context.fillStyle = `rgba(${this.ink},0.95)`;
    this.line(3, 0.6, this.halo);
    context.beginPath();
    context.arc(x, y, 4.5 * this.dots, 0, 2 * Math.PI);
    context.stroke();
    context.fill();
  }

  drawSpot(spot) {
    const { context, zoom, dots } = this, x = spot.x_mm * zoom, y = spot.y_mm * zoom;
    const radius = Math.max(spot.radius_mm * zoom, 17 * dots), top = -Math.PI / 2;
    const part = Math.min(1, spot.strokes / DOSE), done = spot.strokes >= DOSE;
    const ring = (from, to, width, alpha, colour) => {
      this.line(width, alpha, colour);
      context.beginPath();
      context.arc(x, y, radius, from, to);
      context.stroke();
    };
    context.lineCap = "butt";
    ring(0, 2 * Math.PI, 8, 0.55, this.halo);
    ring(0, 2 * Math.PI, 4, 0.28);
    ring(top, top + 2 * Math.PI * part, 4.5, spot.strokes >= ENOUGH ? 1 : 0.85);
    this.line(2, 0.9);
    context.beginPath(); // where six strokes are reached
    context.moveTo(x, y + radius - 6 * dots);
    context.lineTo(x, y + radius + 6 * dots);
    context.stroke();
    context.font = `600 ${Math.round(13 * dots)}px Inter, system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    this.line(4, 0.7, this.halo);
    const label = done ? "✓" : String(spot.strokes);
    context.strokeText(label, x, y);
    context.fillStyle = `rgba(${this.ink},1)`;
    context.fillText(label, x, y);
    const away = 0.75 * radius + 9 * dots; // the letter stands outside the ring
    context.strokeText(letter(spot), x + away, y - away);
    context.fillText(letter(spot), x + away, y - away);
  }
}
