/* The session at a glance, its timeline, its replay, and what is taken away. */
import { TimelineChart } from "./charts.js";
import { clock, number, text } from "./texts.js";

const STEP_MS = 50;
const PATH_S = 4;
const NEAR_S = 1; // so near is a picture that is remembered good enough
const $ = (id) => document.getElementById(id);

function figure(value, unit, name) {
  const box = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
  dt.textContent = name;
  dd.textContent = value;
  if (unit) {
    const small = document.createElement("span");
    small.className = "unit";
    small.textContent = ` ${unit}`;
    dd.append(small);
  }
  box.append(dt, dd);
  return box;
}

/* CSV as RFC 4180 wants it. */
const cell = (value) => {
  const words = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
};

export function eventsOf(model) {
  const events = [model.strokes, model.holds, model.bouts, model.spots, model.markers].flatMap((kind) => [...kind.values()]);
  events.sort((a, b) => (a.published_s ?? a.time_s) - (b.published_s ?? b.time_s));
  return model.summary ? [...events, model.summary] : events;
}

export function csvOf(model) {
  const events = eventsOf(model), keys = [...new Set(events.flatMap((e) => Object.keys(e)))];
  return [keys, ...events.map((e) => keys.map((k) => e[k]))].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

export function save(model, kind) {
  const content = kind === "csv" ? csvOf(model) : JSON.stringify({ session: model.session, file: model.file, events: eventsOf(model) }, null, 1);
  const link = document.createElement("a"), stem = (model.file || "session").replace(/\.\w+$/, "");
  link.href = URL.createObjectURL(new Blob([content], { type: kind === "csv" ? "text/csv" : "application/json" }));
  link.download = `${stem}-events.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export class After {
  /** @param ask for the recorded picture of a time, which comes by itself */
  constructor(model, mat, ask) {
    this.model = model;
    this.mat = mat;
    this.ask = ask;
    this.chart = new TimelineChart($("timeline-chart"), (time) => this.seek(time));
    $("scrub").addEventListener("input", () => this.seek(Number($("scrub").value)));
    $("play").addEventListener("click", () => this.play(!this.timer));
    $("play").textContent = text("action.play");
    $("scrub").setAttribute("aria-label", text("timeline.scrub"));
  }

  theme() {
    this.chart.show(this.model);
  }

  show() {
    const model = this.model, counts = model.count(), summary = model.summary || {};
    const pains = model.pains.filter((m) => !m.text), about = model.texts || {};
    const place = [about.body_part, about.side, about.tool].filter(Boolean).join(", ");
    $("after-lead").textContent = [clock(model.duration_s), place, model.file && text("after.file", { file: model.file })].filter(Boolean).join(" · ");
    const figures = [
      figure(counts.one_way, "", text("figure.strokes")),
      figure(counts.slow_deep, "", text("figure.slow_deep")),
      figure(clock(model.holdTotal()), "", text("figure.holds")),
      figure(number(summary.cadence_per_min), "", text("figure.tempo")),
      figure(number(summary.mean_force_n), "N", text("figure.force")),
    ];
    if (pains.length > 1) figures.push(figure(`${pains[0].value} → ${pains[pains.length - 1].value}`, "", text("figure.pain")));
    else if (pains.length) figures.push(figure(pains[0].value, "", text("figure.pain.once")));
    $("figures").replaceChildren(...figures);
    $("scrub").max = Math.max(1, model.duration_s).toFixed(1);
    this.chart.show(model);
    if (this.at_s === undefined) this.seek(this.first());
  }

  /* Somewhere with something to see. */
  first() {
    const stroke = this.model.strokes.values().next().value;
    return stroke ? (stroke.start_s + stroke.end_s) / 2 : 0;
  }

  seek(time_s) {
    const model = this.model;
    this.at_s = Math.min(Math.max(0, time_s), model.duration_s);
    $("scrub").value = this.at_s;
    $("scrub-time").textContent = clock(this.at_s);
    $("scrub").setAttribute("aria-valuetext", clock(this.at_s));
    $("scrub-words").textContent = this.words();
    this.picture();
    this.mat.trace(model.positionsBefore(this.at_s, PATH_S), this.at_s);
    this.mat.mark(model.spotsNow);
    this.chart.at(this.at_s);
  }

  /* The page remembers what it saw; what came before it was opened is asked for, one at a time. */
  async picture() {
    const picture = this.model.pictureAt(this.at_s);
    if (picture && Math.abs(picture.time_s - this.at_s) < NEAR_S) {
      this.mat.show(picture);
      return;
    }
    this.wanted_s = this.at_s;
    if (this.asking) return;
    this.asking = true;
    for (let asked = null; asked !== this.wanted_s; ) {
      asked = this.wanted_s;
      await this.ask(asked);
    }
    this.asking = false;
  }

  words() {
    const here = (e) => e.start_s <= this.at_s && this.at_s <= e.end_s;
    const stroke = [...this.model.strokes.values()].find(here), hold = [...this.model.holds.values()].find(here);
    if (stroke) return text("timeline.stroke", { id: stroke.id, travel: number(stroke.travel_mm), speed: number(stroke.mean_speed_mm_s), force: number(stroke.mean_force_n) });
    if (hold) return text("timeline.hold", { id: hold.id, duration: number(hold.end_s - hold.start_s, 1), force: number(hold.mean_force_n) });
    return text("timeline.nothing");
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = null;
    $("play").textContent = text(on ? "action.halt" : "action.play");
    $("play").setAttribute("aria-pressed", String(on));
    if (!on) return;
    if (this.at_s >= this.model.duration_s - 0.1) this.seek(0);
    let before = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      this.seek(this.at_s + (now - before) / 1000);
      before = now;
      if (this.at_s >= this.model.duration_s) this.play(false);
    }, STEP_MS);
  }
}
