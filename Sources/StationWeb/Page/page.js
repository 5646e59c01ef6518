// The page: one status at a time, drawn into nodes that stay.

import { Connection } from "./connection.js";
import { DeviceView, tally, tallyText } from "./device.js";
import { setAttribute, setText, show, ViewList } from "./document.js";
import { RecordView } from "./record.js";
import { ScanView } from "./scan.js";
import { StationView } from "./station.js";
import { countOf, secondsText } from "./words.js";

const field = (name) => document.querySelector(`[data-field="${name}"]`);
const parts = {
  agent: field("agent"),
  site: field("site"),
  counts: field("counts"),
  pill: document.querySelector("[data-connection]"),
  connection: field("connection"),
  clock: field("clock"),
  banner: field("banner"),
  shared: document.getElementById("shared"),
};
document.getElementById("without-script").remove();
const record = new RecordView(document.querySelector("footer.record"));
const scan = new ScanView(document.getElementById("scan"), (id, receipt) =>
  stations.views.get(id)?.remember(receipt)
);
const stations = new ViewList(
  document.getElementById("stations"),
  (station) => station.id,
  (station) => new StationView(station, refresh)
);
const shared = new ViewList(
  parts.shared.querySelector(".devices"),
  (device) => device.id,
  (device) => new DeviceView(device)
);

let status = null;
let isDrawing = false;
let taken = 0;
// The agent's clock less ours: ages are told by the clock that stamped the readings.
let clockOffset = Date.now() - performance.now();

const agentNow = () => performance.now() + clockOffset;

function take(newest) {
  status = newest;
  taken += 1;
  clockOffset = Date.parse(newest.at) - performance.now();
  draw();
}

/** Fetches the status at once, after a command, unless an event is faster. */
async function refresh() {
  const before = taken;
  const response = await fetch("/v1/status");
  const newest = await response.json();
  if (response.ok && taken === before) take(newest);
}

function draw() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    drawConnection();
    if (status) drawStatus();
  });
}

function drawStatus() {
  const now = agentNow();
  setText(parts.agent, status.agent);
  setText(parts.site, status.site);
  const signals = status.devices.flatMap((device) => device.signals);
  const silent = status.devices.filter((device) => device.silent).length;
  const counts = tally(signals, now);
  setText(
    parts.counts,
    `${countOf(status.devices.length, "device")}${silent ? `, ${silent} silent` : ""} · ` +
      tallyText(counts)
  );
  setAttribute(parts.counts.parentElement, "data-tone", counts.bad || silent ? "bad" : null);
  const own = (device) => device.stations.length === 1;
  const instruments = status.instruments ?? [];
  const lists = (status.lists?.in_force ?? []).map(({ list }) => list);
  stations.update(
    status.stations, status.devices.filter(own), status.devices, instruments, lists, now
  );
  const others = status.devices.filter((device) => !own(device));
  shared.update(others, now, instruments);
  show(parts.shared, others.length > 0);
  record.update(status, now);
  scan.update(status, now);
}

function drawConnection() {
  const { state, detail } = connection;
  setAttribute(parts.pill, "data-connection", state);
  setText(parts.connection, state.toUpperCase());
  setText(parts.clock, state === "live" ? secondsText(agentNow()) : "");
  setAttribute(document.body, "data-connection", state);
  document.title = (state === "offline" ? "OFFLINE · " : "") + (status?.agent ?? "Lotline");
  show(parts.banner, state === "offline" || Boolean(detail));
  if (state === "offline" || detail) setText(parts.banner, detail ?? offlineText());
}

function offlineText() {
  const known = status
    ? `Offline: no connection to the agent. Shown is what was known at ${secondsText(Date.parse(status.at))}. `
    : "Offline: no connection to the agent. ";
  return (
    known +
    "The agent keeps recording without this page as long as it runs; the command " +
    "“lotline status” on its machine tells whether it does. This page connects again by itself."
  );
}

const connection = new Connection({
  onStatus: take,
  onSignOfLife: (at) => {
    clockOffset = at - performance.now();
  },
  onState: draw,
});
setInterval(draw, 1_000);
draw();
