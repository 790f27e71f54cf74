/* The list of hot spots. One may be chosen: pain and notes are then about it. */
import { number, text } from "./texts.js";

export const DOSE = 12, ENOUGH = 6;
const FIRST_LETTER = 65, LETTERS = 26;

/** What a spot is called, on the mat and in the list. */
export const letter = (spot) => String.fromCharCode(FIRST_LETTER + ((spot.id - 1) % LETTERS));

function words(spot) {
  const left = ENOUGH - spot.strokes;
  return spot.strokes >= DOSE ? text("spots.done") : left > 0 ? text("spots.some", { count: left }) : text("spots.well");
}

function row(spot, chosen, pain) {
  const item = document.createElement("li");
  item.innerHTML = `<button class="spot" type="button"><svg class="ring" viewBox="0 0 44 44" aria-hidden="true"><circle class="ring-all" cx="22" cy="22" r="18"/><circle class="ring-part" cx="22" cy="22" r="18" pathLength="12"/><path class="ring-six" d="M22 36v8"/><text x="22" y="22"></text></svg><span class="spot-words"><strong></strong><span></span></span></button>`;
  const button = item.firstChild;
  button.dataset.spot = spot.id;
  button.setAttribute("aria-pressed", String(chosen));
  button.setAttribute("aria-label", text("spots.words", { name: letter(spot), strokes: spot.strokes, words: words(spot) }));
  item.querySelector(".ring-part").setAttribute("stroke-dasharray", `${Math.min(DOSE, spot.strokes)} 12`);
  item.querySelector("text").textContent = spot.strokes >= DOSE ? "✓" : spot.strokes;
  item.querySelector("strong").textContent = `${letter(spot)} · ${words(spot)}`;
  const place = text("spots.place", { x: number(spot.x_mm), y: number(spot.y_mm), kpa: number(spot.peak_kpa) });
  item.querySelector(".spot-words span").textContent = pain === undefined ? place : `${place} · ${text("spots.pain", { value: pain })}`;
  return item;
}

export class Spots {
  /** @param changed called when another is chosen */
  constructor(model, list, none, changed) {
    Object.assign(this, { model, list, none, changed, chosen: null });
    list.addEventListener("click", (event) => this.press(event.target.closest("button")));
  }

  press(button) {
    if (!button) return;
    const id = Number(button.dataset.spot);
    this.choose(this.chosen === id ? null : id);
  }

  choose(id) {
    this.chosen = id;
    this.show();
    this.changed();
  }

  /** The chosen one; null: none, or it is there no more. */
  get about() {
    return this.model.spotsNow.find((s) => s.id === this.chosen) || null;
  }

  show() {
    const spots = this.model.spotsNow.slice().sort((a, b) => a.id - b.id);
    const said = JSON.stringify([this.chosen, spots.map((s) => [s.id, s.strokes, s.x_mm, s.y_mm, this.model.painAt(s)])]);
    if (said === this.said) return;
    this.said = said;
    const focused = this.list.contains(document.activeElement) && document.activeElement.dataset.spot;
    this.list.replaceChildren(...spots.map((s) => row(s, s.id === this.chosen, this.model.painAt(s))));
    if (focused) this.list.querySelector(`[data-spot="${focused}"]`)?.focus();
    this.none.hidden = spots.length > 0;
  }
}
