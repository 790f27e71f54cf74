/* What is shown while somebody rolls. */
import { advise } from "./advice.js";
import { DepthChart } from "./charts.js";
import { clock, list, number, text } from "./texts.js";

const GAUGE_MOST = 2; // times the slow speed: the end of the gauge
const TOOL_HZ = 15; // from here on a tool vibrates; below, somebody trembles
const QUIET_MS = 2500; // an advice stays at least so long
const $ = (id) => document.getElementById(id);

export class During {
  constructor(model) {
    this.model = model;
    this.chart = new DepthChart($("depth-chart"));
    this.said_ms = 0;
    this.advised = null;
  }

  theme() {
    this.chart.theme();
  }

  show() {
    const model = this.model, counts = model.count();
    $("clock").textContent = clock(model.now_s);
    $("count").textContent = counts.one_way;
    $("count").classList.toggle("many", counts.one_way > 99);
    $("count-more").textContent = text("count.more", { cycles: counts.cycles, slow_deep: counts.slow_deep });
    this.tempo();
    this.hold();
    this.depth();
    this.advise();
    $("pause").textContent = text(model.paused ? "action.resume" : "action.pause");
    $("pause").setAttribute("aria-pressed", String(model.paused));
    document.body.classList.toggle("paused", model.paused);
  }

  tempo() {
    const slow = this.model.slow_mm_s, speed = this.model.speed(), most = GAUGE_MOST * slow, gauge = $("gauge");
    $("tempo").textContent = number(this.model.tempo());
    $("gauge-zone").style.width = `${100 / GAUGE_MOST}%`;
    $("gauge-needle").style.left = `${Math.min(100, (100 * (speed || 0)) / most)}%`;
    gauge.classList.toggle("idle", speed === null);
    gauge.classList.toggle("fast", speed !== null && speed > slow);
    gauge.setAttribute("aria-valuemax", most);
    gauge.setAttribute("aria-valuenow", Math.round(Math.min(most, speed || 0)));
    gauge.setAttribute("aria-valuetext", speed === null ? "–" : text("tempo.words", { speed: number(speed), slow: number(slow) }));
  }

  hold() {
    const { metrics, holds } = this.model, active = Boolean(metrics && metrics.hold.active);
    $("hold").textContent = active ? number(metrics.hold.duration_s) : "–";
    document.querySelector(".hold").classList.toggle("active", active);
    $("hold-more").textContent = holds.size
      ? text("hold.sum", { holds: holds.size, total: clock(this.model.holdTotal()) }) : text("hold.none");
  }

  depth() {
    const { metrics, settings } = this.model;
    $("depth").textContent = metrics ? number(metrics.depth.force_n) : "–";
    $("vibration").textContent = !metrics ? "" : metrics.alias_limited ? text("vibration.fast")
      : metrics.vibration_hz >= TOOL_HZ ? text("vibration", { rate: number(metrics.vibration_hz) }) : "";
    this.chart.show(this.model, (settings && settings.deep_share) || 0.6, text("depth.deep"));
  }

  advise() {
    const advice = advise(this.model), now = performance.now(), place = $("advice");
    const kind = advice ? advice.kind : "";
    if (kind === this.advised && (!advice || place.textContent === advice.words)) return;
    if (this.advised && !advice && now - this.said_ms < QUIET_MS) return;
    this.advised = kind;
    this.said_ms = now;
    place.textContent = advice ? advice.words : "";
    place.parentElement.dataset.kind = kind;
  }
}

/** The eleven buttons of the pain scale. */
export function painButtons(place, chosen) {
  for (let value = 0; value <= 10; value++) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = value;
    button.dataset.value = value;
    button.setAttribute("aria-label", text("pain.words", { value }));
    button.addEventListener("click", () => chosen(value));
    place.append(button);
  }
}

export function noteButtons(place, chosen) {
  for (const words of list("note.quick")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => chosen(words));
    place.append(button);
  }
}
