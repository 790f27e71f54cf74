/* What the page knows of the session: the state it was told, and every event since. */

const PICTURES_MOST = 48 << 20; // bytes of pictures that are kept for the replay
const KEEP_S = 0.1;             // between two of them, at first

const BODY = 4; // a contact's kind: a hand, a foot

/* The place of the last one that is not later. */
function lastAt(list, time_s, timeOf) {
  let low = 0, high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (timeOf(list[middle]) <= time_s) low = middle;
    else high = middle - 1;
  }
  return low;
}

export class Model {
  constructor() {
    this.clear();
  }

  clear() {
    this.strokes = new Map();
    this.holds = new Map();
    this.bouts = new Map();
    this.spots = new Map();
    this.markers = new Map();
    this.summary = null;
    this.metrics = null;
    this.history = []; // [time_s, force_n, reference_n] ten times a second
    this.track = { period_s: 0.2, force_n: [] };
    this.positions = []; // [time_s, contacts] ten times a second
    this.pictures = [];
    this.pictureBytes = 0;
    this.keep_s = KEEP_S;
    this.now_s = 0;
  }

  state(state) {
    const id = state.session && state.session.id;
    if (id !== this.id) {
      const pictures = this.pictures;
      this.clear();
      if (!this.id) this.pictures = pictures;
    }
    this.id = id;
    this.session = state.session;
    this.phase = state.phase;
    this.file = state.file;
    this.stays = state.stays;
    this.mat = state.mat;
    this.settings = state.settings;
    for (const event of state.past) this.event(event);
    this.track = { period_s: state.track.period_s, force_n: [], peak_kpa: [] };
    const skipped = Math.round(state.track.from_s / state.track.period_s);
    for (const name of ["force_n", "peak_kpa"])
      this.track[name] = new Array(skipped).fill(0).concat(state.track[name]);
    if (!this.history.length) this.historyFromTrack();
  }

  historyFromTrack() {
    const { force_n, period_s } = this.track, from = Math.max(0, force_n.length - 60 / period_s);
    for (let i = Math.floor(from); i < force_n.length; i++) this.history.push([i * period_s, force_n[i], null]);
  }

  event(event) {
    const kept = { stroke: "strokes", hold: "holds", bout: "bouts", spot: "spots", marker: "markers" }[event.event];
    if (kept) this[kept].set(event.id, event);
    else if (event.event === "summary") this.summary = event;
    else if (event.event === "metrics") this.measure(event);
  }

  measure(metrics) {
    this.metrics = metrics;
    this.now_s = metrics.time_s;
    const force = metrics.depth.force_n || 0;
    this.history.push([metrics.time_s, force, metrics.depth.reference_n]);
    while (this.history.length && this.history[0][0] < metrics.time_s - 65) this.history.shift();
    this.positions.push([metrics.time_s, metrics.contacts.filter((c) => c.kind !== BODY)]);
    const place = Math.floor(metrics.time_s / this.track.period_s), track = this.track.force_n;
    while (track.length <= place) track.push(0);
    track[place] = Math.max(track[place], force);
  }

  /* Enough for the replay: ten a second; of a long session every second, fourth, ... of them. */
  picture(picture) {
    const last = this.pictures[this.pictures.length - 1];
    if (last && picture.time_s >= last.time_s && picture.time_s < last.time_s + this.keep_s) return;
    if (last && picture.time_s < last.time_s) {
      this.pictures = [];
      this.pictureBytes = 0;
    }
    this.pictures.push(picture);
    this.pictureBytes += 2 * picture.pressure.length;
    if (this.pictureBytes < PICTURES_MOST) return;
    this.pictures = this.pictures.filter((_, i) => i % 2 === 0);
    this.pictureBytes = this.pictures.reduce((sum, p) => sum + 2 * p.pressure.length, 0);
    this.keep_s *= 2;
  }

  pictureAt(time_s) {
    return this.pictures[lastAt(this.pictures, time_s, (p) => p.time_s)] || null;
  }

  /** Where the contacts were in the seconds before a time. */
  positionsBefore(time_s, span_s) {
    const end = lastAt(this.positions, time_s, (p) => p[0]);
    return this.positions.slice(Math.max(0, end - 10 * span_s), end + 1).filter((p) => p[0] <= time_s && p[0] > time_s - span_s);
  }

  get slow_mm_s() {
    return (this.settings && this.settings.slow_mm_s) || 60;
  }

  /** Those that stand: one that was withdrawn has confidence 0. */
  get spotsNow() {
    return [...this.spots.values()].filter((s) => s.confidence > 0);
  }

  count() {
    let slow_deep = 0;
    for (const stroke of this.strokes.values()) slow_deep += stroke.slow && stroke.deep ? 1 : 0;
    let cycles = 0;
    for (const bout of this.bouts.values()) cycles += bout.cycles;
    const told = this.summary || (this.metrics && this.metrics.strokes);
    return { one_way: this.strokes.size, slow_deep, cycles: told ? told.cycles : cycles };
  }

  /** Strokes a minute, from the last few of them; null where there is no rhythm. */
  tempo() {
    const last = [...this.strokes.values()].slice(-4);
    if (last.length < 2 || this.now_s - last[last.length - 1].end_s > 6) return null;
    const first = last[0], newest = last[last.length - 1];
    if (first.bout !== newest.bout) return null;
    return (60 * (last.length - 1)) / (newest.end_s - first.end_s);
  }

  /** Mean speed of the last two strokes, mm/s, while somebody rolls; null else. */
  speed() {
    const last = [...this.strokes.values()].slice(-2);
    if (!last.length || this.now_s - last[last.length - 1].end_s > 6) return null;
    return last.reduce((sum, s) => sum + s.mean_speed_mm_s, 0) / last.length;
  }

  holdTotal() {
    let total = 0;
    for (const hold of this.holds.values()) total += hold.end_s - hold.start_s;
    return total;
  }

  get pains() {
    return [...this.markers.values()].filter((m) => m.kind === "pain").sort((a, b) => a.time_s - b.time_s);
  }

  /** The hot spot that a marker is about, undefined where it is about the session, and its own words:
   *  a marker about a spot begins with "spot 2" or is nothing else. */
  saidOf(marker) {
    const [, id, words] = /^spot (\d+)(?:: (.*))?$/s.exec(marker.text) ?? [];
    const spot = this.spots.get(Number(id));
    return spot ? { spot, words: words ?? "" } : { spot: undefined, words: marker.text };
  }

  /** The last pain that was said of a hot spot; undefined: none. */
  painAt(spot) {
    return this.pains.filter((m) => this.saidOf(m).spot?.id === spot.id).pop()?.value;
  }

  /** Paused spans, [from, to]. */
  pauses() {
    const spans = [];
    for (const m of [...this.markers.values()].sort((a, b) => a.time_s - b.time_s))
      if (m.kind === "pause") spans.push([m.time_s, Infinity]);
      else if (m.kind === "resume" && spans.length) spans[spans.length - 1][1] = m.time_s;
    return spans;
  }

  get paused() {
    const last = this.pauses().pop();
    return Boolean(last && last[1] === Infinity);
  }

  get duration_s() {
    return this.summary ? this.summary.duration_s : this.now_s;
  }
}
