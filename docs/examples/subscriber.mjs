// Prints each stroke as it is counted, and the totals at the end.
//
// usage: node subscriber.mjs [ADDRESS]      the page's, http://127.0.0.1:8080/ where none is given
//
// From Node 22 on nothing else is needed; before, npm install ws.

import process from "node:process";

const SILENT_MS = 3000; // a page that lives says something twice a second
const Socket = globalThis.WebSocket ?? (await import("ws")).WebSocket;
const address = new URL(process.argv[2] ?? "http://127.0.0.1:8080/");
const key = address.hash.startsWith("#key=") ? [`key.${address.hash.slice("#key=".length)}`] : [];
const live = new Socket(`ws://${address.host}/live`, ["rollscope.1", ...key]);
live.binaryType = "arraybuffer"; // pictures, of which none are wanted here

let totals = null;
const silent = setTimeout(() => console.log("silent: is rollscope running?"), SILENT_MS);

const said = {
  // The whole state, to whoever joins and whenever much has changed.
  state(message) {
    if (totals || message.phase === "over") return;
    const strokes = message.past.filter((event) => event.event === "stroke");
    totals = { one_way: strokes.length, cycles: 0 };
    console.log("so far", totals.one_way);
  },
  stroke({ id, travel_mm, mean_speed_mm_s }) {
    console.log(`stroke ${id} ${travel_mm.toFixed(0)} mm ${mean_speed_mm_s.toFixed(0)} mm/s`);
  },
  metrics({ strokes }) {
    totals = strokes;
  },
  summary(message) {
    totals = message;
  },
};

live.onopen = () => live.send(JSON.stringify({ do: "watch", rate_hz: 0 }));
live.onerror = () => console.log("nobody answers at", address.href);
live.onclose = () => {
  clearTimeout(silent);
  if (totals) console.log("total", totals.one_way, "cycles", totals.cycles);
};
live.onmessage = ({ data }) => {
  silent.refresh();
  if (typeof data !== "string") return;
  const message = JSON.parse(data);
  said[message.event ?? message.type]?.(message);
};
