/* The curves: dygraphs, in our colours. */
import { number, clock } from "./texts.js";

const Dygraph = window.Dygraph;
const SPAN_S = 60;

// The legend sets styles in a way that our content security policy forbids; we show none.
Dygraph.PLUGINS = Dygraph.PLUGINS.filter((plugin) => plugin !== Dygraph.Plugins.Legend);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* None below nothing: there lie strokes and holds. */
const ticker = (...all) => Dygraph.numericTicks(...all).filter((tick) => tick.v >= 0);

function base() {
  return {
    drawGrid: true, strokeWidth: 2, fillGraph: true, fillAlpha: 0.16, drawPoints: false,
    axisLineColor: "transparent", gridLineColor: colour("--line"), gridLineWidth: 1, colors: [colour("--accent")],
    highlightCircleSize: 0, interactionModel: {}, rightGap: 4, xRangePad: 0, animatedZooms: false,
    axes: {
      x: { axisLabelFormatter: (s) => (s < 0 ? "" : clock(s)), drawGrid: false, pixelsPerLabel: 70 },
      y: { axisLabelFormatter: (n) => number(n), pixelsPerLabel: 34, axisLabelWidth: 34, drawAxis: true, ticker },
    },
  };
}

/** Force over the last minute, with the line from which a stroke is deep. */
export class DepthChart {
  constructor(element) {
    this.element = element;
    this.shown_ms = 0;
  }

  theme() {
    if (this.graph) this.graph.destroy();
    this.graph = null;
    this.shown_ms = 0;
  }

  show(model, deepShare, deepName) {
    const now = performance.now();
    if (now - this.shown_ms < 190 || !this.element.clientWidth || !this.element.clientHeight) return;
    this.shown_ms = now;
    const rows = model.history.map(([t, n]) => [t, n]);
    if (rows.length < 2) return;
    const end = rows[rows.length - 1][0], highest = Math.max(50, ...rows.map((r) => r[1]));
    const reference = [...model.history].reverse().find((r) => r[2])?.[2];
    this.deep_n = reference ? reference * deepShare : null;
    this.deepName = deepName;
    const changed = { file: rows, dateWindow: [end - SPAN_S, end], valueRange: [0, highest * 1.15] };
    if (this.graph) this.graph.updateOptions(changed);
    else this.graph = new Dygraph(this.element, rows, {
      ...base(), ...changed, labels: ["s", "N"],
      underlayCallback: (context, area, graph) => this.underlay(context, area, graph),
    });
  }

  underlay(context, area, graph) {
    if (!this.deep_n) return;
    const y = graph.toDomYCoord(this.deep_n);
    context.save();
    context.strokeStyle = colour("--soft");
    context.setLineDash([6, 5]);
    context.beginPath();
    context.moveTo(area.x, y);
    context.lineTo(area.x + area.w, y);
    context.stroke();
    context.setLineDash([]);
    context.fillStyle = colour("--soft");
    context.font = "12px Inter, system-ui, sans-serif";
    context.textAlign = "right";
    context.fillText(this.deepName, area.x + area.w - 4, y + 14);
    context.restore();
  }
}

/** The whole session: force, strokes, holds, pauses, pain, and where the replay is. */
export class TimelineChart {
  constructor(element, pick) {
    this.element = element;
    this.pick = pick;
  }

  show(model) {
    this.model = model;
    if (!this.element.clientWidth || !this.element.clientHeight) return;
    const { force_n, period_s } = model.track, end = Math.max(model.duration_s, 1);
    const rows = force_n.map((n, i) => [i * period_s, n]).filter((r) => r[0] <= end);
    if (rows.length < 2) rows.push([0, 0], [end, 0]);
    const highest = Math.max(50, ...rows.map((r) => r[1]));
    const changed = { ...base(), dateWindow: [0, end], valueRange: [-0.22 * highest, highest * 1.25], colors: [colour("--soft")], strokeWidth: 1.25 };
    if (this.graph) {
      this.graph.resize();
      this.graph.updateOptions({ ...changed, file: rows });
      return;
    }
    this.graph = new Dygraph(this.element, rows, {
      ...changed, labels: ["s", "N"], pixelRatio: Math.max(2, devicePixelRatio), // for paper
      clickCallback: (event, x) => this.pick(x),
      underlayCallback: (context, area, graph) => this.underlay(context, area, graph),
    });
    this.element.onpointerdown = (event) => this.point(event);
    this.element.onpointermove = (event) => event.buttons && this.point(event);
  }

  /** For paper: a still copy over the curves, which Chromium does not print when they were drawn a moment ago. */
  still(on) {
    this.copy?.remove();
    this.copy = null;
    const from = this.element.querySelector("canvas");
    if (!on || !from) return;
    this.copy = document.createElement("canvas");
    Object.assign(this.copy, { width: from.width, height: from.height, className: "still-copy" });
    this.copy.getContext("2d").drawImage(from, 0, 0);
    this.element.append(this.copy);
  }

  point(event) {
    const box = this.element.getBoundingClientRect();
    this.pick(this.graph.toDataXCoord(event.clientX - box.left));
  }

  underlay(context, area, graph) {
    const bottom = area.y + area.h, height = Math.max(8, bottom - graph.toDomYCoord(0) - 6);
    const span = (from, to, fill, y, h) => {
      const left = graph.toDomXCoord(from), right = graph.toDomXCoord(Math.min(to, this.model.duration_s));
      context.fillStyle = fill;
      context.fillRect(left, y, Math.max(1.5, right - left - 1), h);
    };
    for (const [from, to] of this.model.pauses()) span(from, to, colour("--line"), area.y, area.h);
    for (const s of this.model.strokes.values())
      span(s.start_s, s.end_s, colour(s.slow && s.deep ? "--accent" : "--accent-pale"), bottom - height, height);
    for (const h of this.model.holds.values()) span(h.start_s, h.end_s, colour("--warm"), bottom - height, height);
    context.font = "600 12px Inter, system-ui, sans-serif";
    context.textAlign = "center";
    context.fillStyle = colour("--text");
    for (const pain of this.model.pains)
      context.fillText(String(pain.value), Math.min(graph.toDomXCoord(pain.time_s), area.x + area.w - 8), area.y + 12);
    if (this.at_s === undefined) return;
    context.fillStyle = colour("--text");
    context.fillRect(graph.toDomXCoord(this.at_s) - 1, area.y, 2, area.h);
  }

  at(time_s) {
    this.at_s = time_s;
    if (this.graph) this.graph.updateOptions({});
  }
}
