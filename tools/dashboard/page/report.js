/* The session on paper: the view After in light colours, as wide as a sheet, with what was said. */
import { letter } from "./spots.js";
import { clock, text } from "./texts.js";

const $ = (id) => document.getElementById(id);

function line(model, marker) {
  const row = document.createElement("tr"), { spot, words } = model.saidOf(marker);
  const said = marker.kind === "pain" ? text("pain.words", { value: marker.value }) : words;
  const about = spot ? `${text("report.spot", { name: letter(spot) })}: ` : "";
  for (const cell of [clock(marker.time_s), about + said]) row.insertCell().textContent = cell;
  return row;
}

function fill(model) {
  const said = [...model.markers.values()].filter((m) => m.kind === "pain" || m.kind === "note").sort((a, b) => a.time_s - b.time_s);
  $("said-rows").replaceChildren(...said.map((marker) => line(model, marker)));
  $("said").hidden = !said.length;
  $("report-date").textContent = new Date(1000 * model.session.begun_s).toLocaleString(text("language"), { dateStyle: "long", timeStyle: "short" });
}

/** @param lay lays the view out anew, at once: lay(true) for paper, lay(false) for the screen */
export function report(model, lay) {
  const paper = (on) => {
    if (document.body.dataset.view !== "after") return;
    if (on) fill(model);
    document.documentElement.classList.toggle("paper", on);
    $("after-title").textContent = text(on ? "report.title" : "after.title");
    lay(on);
  };
  addEventListener("beforeprint", () => paper(true));
  addEventListener("afterprint", () => paper(false));
}
