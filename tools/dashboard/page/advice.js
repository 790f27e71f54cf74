/* One plain sentence, or nothing when all is well. Pure: the model in, {kind, words} out. */
import { text, list } from "./texts.js";

const HOLD_S = 5;      // so long is a hold before anything is said
const FRESH_S = 5;     // so long do the last strokes count
const HASTE = 1.1;     // beyond "slow"; two strokes in a row
const ENOUGH = 6, DOSE = 12, SOON = 3;

function lastStrokes(model, count) {
  const strokes = [...model.strokes.values()].slice(-count);
  return strokes.length === count && model.now_s - strokes[count - 1].end_s < FRESH_S ? strokes : [];
}

/* The spot that the last stroke went over. */
function spotHere(model) {
  const [stroke] = lastStrokes(model, 1);
  if (!stroke) return null;
  const dx = stroke.end_x_mm - stroke.start_x_mm, dy = stroke.end_y_mm - stroke.start_y_mm;
  const length = dx * dx + dy * dy || 1;
  const away = (spot) => {
    const t = Math.min(1, Math.max(0, ((spot.x_mm - stroke.start_x_mm) * dx + (spot.y_mm - stroke.start_y_mm) * dy) / length));
    return Math.hypot(spot.x_mm - stroke.start_x_mm - t * dx, spot.y_mm - stroke.start_y_mm - t * dy);
  };
  return model.spotsNow.filter((s) => away(s) < s.radius_mm + 15).sort((a, b) => away(a) - away(b))[0] || null;
}

export function advise(model) {
  const metrics = model.metrics;
  if (model.paused) return { kind: "paused", words: text("advice.paused") };
  if (!metrics || (model.mat && !model.mat.present)) return null;
  if (metrics.hold.active && metrics.hold.duration_s >= HOLD_S) return { kind: "hold", words: text("advice.hold") };
  const two = lastStrokes(model, 2);
  if (two.length && two.every((s) => s.mean_speed_mm_s > HASTE * model.slow_mm_s)) return { kind: "slower", words: text("advice.slower") };
  const spot = spotHere(model);
  if (spot && spot.strokes >= DOSE) return { kind: "enough", words: text("advice.enough") };
  const left = spot ? ENOUGH - spot.strokes : 0;
  if (left > 0 && left <= SOON) return { kind: "more", words: text("advice.more", { count: list("numbers")[left] }) };
  return null;
}
