// Prints each stroke as it is counted, and the totals at the end.
//
// usage: node subscriber.mjs [BUS FOLDER]        needs npm install zeromq@6

import os from "node:os";
import process from "node:process";
import zmq from "zeromq";

const SILENT_MS = 3000; // a stream that lives says something each second
const runtime = process.env.XDG_RUNTIME_DIR;
const usual = runtime ? `${runtime}/rollscope/main` : `/tmp/rollscope-${os.userInfo().uid}/main`;
const bus = process.argv[2] ?? usual;

const live = new zmq.Subscriber({ receiveTimeout: SILENT_MS });
for (const stream of ["events", "metrics"]) live.connect(`ipc://${bus}/${stream}`);
live.subscribe("stroke", "metrics", "health", "heartbeat", "end");

// Whoever joins late asks for the newest metrics: the totals so far are in them.
const ask = new zmq.Dealer();
ask.connect(`ipc://${bus}/metrics.ask`);
await ask.send(JSON.stringify({ ask: "last" }));
const [, last] = await ask.receive();
let metrics = last ? JSON.parse(last.toString()) : null;
console.log("so far", metrics?.strokes.one_way ?? 0);

for (let ended = 0; ended < 2; ) {
  let parts;
  try {
    parts = await live.receive();
  } catch (error) {
    if (error.code !== "EAGAIN") throw error;
    console.log("silent: is rollscope running?");
    continue;
  }
  const [topic, body] = parts.map(String);
  const message = JSON.parse(body);
  if (topic === "stroke")
    console.log(`stroke ${message.id} ${message.travel_mm.toFixed(0)} mm ` +
                `${message.mean_speed_mm_s.toFixed(0)} mm/s`);
  else if (topic === "metrics") metrics = message;
  else if (topic === "end") ended++;
}
console.log("total", metrics.strokes.one_way, "cycles", metrics.strokes.cycles);
process.exit(0);
