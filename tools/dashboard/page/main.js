/* Puts the parts together: what is said to the page, and what is pressed on it. */
import { After, save } from "./after.js";
import { choices } from "./before.js";
import { During, noteButtons, painButtons } from "./during.js";
import { Link } from "./link.js";
import { Mat } from "./mat.js";
import { Model } from "./model.js";
import { RECORDED, pictureRead } from "./picture.js";
import { report } from "./report.js";
import { Spots, letter } from "./spots.js";
import { clock, fill, number, text } from "./texts.js";

const LOST_MS = 12000; // how long lost pictures are spoken of
const TOAST_MS = 2500;
const NOTE_BYTES = 127; // what the session file holds
const $ = (id) => document.getElementById(id);

fill();
const model = new Model();
const mat = new Mat($("mat"), $("scale"));
const during = new During(model);
const after = new After(model, mat, (time_s) => link.ask({ do: "replay", time_s }));
const chosen = choices($("before-form"));
const spots = new Spots(model, $("spots"), $("spots-none"), refreshSoon);
let view = "wait", open = false, over = false, lost_ms = -Infinity, lost = 0, lostFrom = null, toastTimer;

/* ---- Which view ---- */

function viewOf() {
  if (!model.phase) return "wait";
  if (model.phase === "ready") return "before";
  if (model.phase === "over") return model.session ? "after" : "wait";
  return model.session ? "during" : "wait";
}

function viewShow(next) {
  if (next === view && $("main").dataset.shown) return;
  view = next;
  $("main").dataset.view = view;
  $("main").dataset.shown = "yes";
  document.body.dataset.view = view;
  for (const part of document.querySelectorAll("[data-in]")) part.hidden = !part.dataset.in.split(" ").includes(view);
  mat.fit();
  if (document.activeElement === document.body || !document.activeElement.offsetParent) $("main").focus();
  if (view === "after") {
    after.at_s = undefined;
    after.show();
    $("next").hidden = !model.stays;
  } else after.play(false);
  if (view === "during" || view === "before") mat.follow(0, []);
}

function refresh() {
  viewShow(viewOf());
  if (view === "wait") {
    const why = model.phase ? "mat" : "connect";
    $("wait-title").textContent = text(`wait.${why}`);
    $("wait-words").textContent = text(`wait.${why}.words`);
  }
  if (view === "during") {
    during.show();
    mat.mark(model.spotsNow);
  }
  if (view === "after" && !after.timer) after.show();
  if (view === "before") mat.mark([]);
  spots.show();
  painWords();
  matWords();
  alarm();
}

/* What pain and notes are about: now, or a hot spot. A session that is over without a server keeps nothing more. */
function painWords() {
  const spot = spots.about;
  const words = spot ? text("pain.spot", { name: letter(spot) }) : text("pain.name");
  if ($("pain-name").textContent !== words) $("pain-name").textContent = words;
  $("note-title").textContent = spot ? text("note.spot", { name: letter(spot) }) : text("note.title");
  document.querySelector(".pain").hidden = view !== "during" && !(view === "after" && model.stays);
}

let refreshing = false;
function refreshSoon() {
  if (refreshing) return;
  refreshing = true;
  requestAnimationFrame(() => {
    refreshing = false;
    refresh();
  });
}

/* ---- In words ---- */

function matWords() {
  const state = model.mat, here = open && state && state.present, cells = state && state.cells;
  const good = { good: state ? state.cells_good : 0, cells };
  $("mat-state").dataset.state = here ? "good" : "bad";
  $("mat-words").textContent = !open ? text("mat.away")
    : here ? text("mat.cells", good)
    : view === "after" ? "" : text(view === "during" ? "mat.silent" : "mat.none");
  $("mat-rate").textContent = here ? text("mat.rate", { rate: number(state.rate_hz) }) : "";
  $("mat-state").hidden = view === "after" || view === "before";
  $("before-health").textContent = here ? text("before.health", { ...good, device: model.session?.device || "mat" }) : text("before.nomat");
}

function alarm() {
  const silent = open && view === "during" && model.mat && !model.mat.present;
  document.body.classList.toggle("silent", Boolean(silent));
  const some = performance.now() - lost_ms < LOST_MS;
  const words = !open && over ? text("alarm.over") : !open && view !== "wait" ? text("alarm.server")
    : silent ? text("alarm.mat") : some && view === "during" ? text("alarm.lost", { count: lost }) : "";
  if ($("alarm").textContent !== words) $("alarm").textContent = words;
  $("alarm").hidden = !words;
  $("alarm").dataset.kind = !open && over ? "calm" : "";
}

function toast(words) {
  $("toast").textContent = words;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => ($("toast").textContent = ""), TOAST_MS);
}

function matTake(said) {
  if (lostFrom !== null && said.lost_frames > lostFrom) {
    lost = performance.now() - lost_ms < LOST_MS ? lost + said.lost_frames - lostFrom : said.lost_frames - lostFrom;
    lost_ms = performance.now();
  }
  lostFrom = said.lost_frames;
  model.mat = said;
}

/* ---- What comes ---- */

const link = new Link({
  picture(bytes) {
    const picture = pictureRead(bytes);
    if (!picture) return;
    if (view === "during") model.picture(picture);
    const recorded = Boolean(picture.flags & RECORDED);
    if ((view === "after") !== recorded) return;
    mat.show(picture);
    scaleWords(picture);
  },
  said(said) {
    if (said.type === "state") {
      const before = model.id;
      model.state(said);
      over = said.phase === "over" && !said.stays;
      lostFrom = said.mat.lost_frames;
      if (before && before !== model.id) {
        mat.clear();
        spots.choose(null);
      }
      model.texts = said.texts;
    } else if (said.type === "mat") matTake(said);
    else if (said.event) {
      model.event(said);
      if (said.event === "metrics" && view === "during") mat.follow(...model.positions[model.positions.length - 1]);
    }
    refreshSoon();
  },
  changed(now) {
    open = now;
    if (!now && !link.ever) keyAsk();
    refreshSoon();
  },
});

/* Refused before it ever opened, though the server answers: the key is missing or wrong. */
async function keyAsk() {
  try {
    const answer = await fetch("icon.svg", { cache: "no-store" });
    if (!answer.ok || link.ever) return;
    $("wait-title").textContent = text("wait.key");
    $("wait-words").textContent = text("wait.key.words");
  } catch {
    /* the server is away; the link tries again */
  }
}

function scaleWords(picture) {
  const end = picture.scale_kpa;
  if ($("scale-end").dataset.end === String(end)) return;
  $("scale-end").dataset.end = end;
  $("scale-end").textContent = text("scale.kpa", { value: number(end) });
  $("scale-middle").textContent = number(end / 2);
}

/* ---- What is pressed ---- */

async function ask(wish, kept) {
  const why = await link.ask(wish);
  if (why) toast(text("alarm.refused", { why }));
  else if (kept) toast(kept);
  return !why;
}

$("before-form").addEventListener("submit", (event) => {
  event.preventDefault();
  ask({ do: "start", ...chosen });
});
$("stop").addEventListener("click", () => ask({ do: "stop" }));
$("next").addEventListener("click", () => ask({ do: "next" }));
$("pause").addEventListener("click", () => ask({ do: "mark", kind: model.paused ? "resume" : "pause" }));
const mark = (said, kept) => ask({ do: "mark", ...said, ...(spots.about && { spot: spots.about.id }) }, kept);
painButtons($("pain"), (value) => mark({ kind: "pain", value }, text("pain.kept", { value })));
const noteKeep = (words) => {
  $("note-dialog").close();
  $("note-text").value = "";
  let kept = words.trim();
  while (new TextEncoder().encode(kept).length > NOTE_BYTES) kept = kept.slice(0, -1);
  if (kept) mark({ kind: "note", text: kept }, text("note.kept"));
};
noteButtons($("note-quick"), noteKeep);
$("note-open").addEventListener("click", () => $("note-dialog").showModal());
$("note-cancel").addEventListener("click", () => $("note-dialog").close());
$("note-form").addEventListener("submit", (event) => {
  event.preventDefault();
  noteKeep($("note-text").value);
});
$("print").addEventListener("click", () => print());
$("save-csv").addEventListener("click", () => save(model, "csv"));
$("save-json").addEventListener("click", () => save(model, "json"));

/* ---- Light and dark ---- */

const wants = matchMedia("(prefers-color-scheme: dark)");
const themeNow = () => localStorage.getItem("theme") || (wants.matches ? "dark" : "light");

function themeShow(name = themeNow()) {
  document.documentElement.dataset.theme = name;
  $("theme").textContent = text(name === "dark" ? "theme.light" : "theme.dark");
  mat.theme(name);
  during.theme();
  if (view === "after") after.theme();
}

$("theme").addEventListener("click", () => {
  localStorage.setItem("theme", themeNow() === "dark" ? "light" : "dark");
  themeShow();
});
wants.addEventListener("change", () => themeShow());
report(model, (paper) => {
  themeShow(paper ? "light" : themeNow());
  mat.fit();
  mat.draw();
  after.chart.still(paper);
});
themeShow();
refresh();
setInterval(refreshSoon, 500);
window.rollscope = { model, mat, ask: (wish) => link.ask(wish) }; // for whoever measures or tries things out
