// How things are said: units, numbers, times, qualities. Pure functions.

const wholeNumber = new Intl.NumberFormat("en");

// UCUM codes that people write in another way than the rules below give.
const units = new Map([
  ["Cel", "°C"], ["[degF]", "°F"], ["%{RH}", "% RH"], ["%{rh}", "% RH"], ["1", ""],
  ["Ohm", "Ω"], ["deg", "°"], ["{rev}/min", "rpm"], ["/min", "per min"], ["/s", "per s"],
]);

/** A UCUM code as people write it. */
export function unitText(code) {
  if (!code) return "";
  if (units.has(code)) return units.get(code);
  return code
    .split(/([./])/)
    .map((part) => {
      if (part === ".") return "·";
      if (part === "/") return part;
      return part
        .replace(/^\[(.+)\]$/, "$1")
        .replace(/\{(.*?)\}/g, " $1")
        .replace(/^Cel$/, "°C")
        .replace(/^Ohm$/, "Ω")
        .replace(/^u(?=[A-Za-z])/, "µ")
        .replace(/2$/, "²")
        .replace(/3$/, "³");
    })
    .join("")
    .trim();
}

/** Decimals that a number is written with, at most six. */
export function decimalsOf(value) {
  if (typeof value !== "number" || Number.isInteger(value)) return 0;
  const [digits, exponent] = String(Number(value.toPrecision(7))).split("e");
  const decimals = (digits.split(".")[1] ?? "").length - Number(exponent ?? 0);
  return Math.min(6, Math.max(0, decimals));
}

/** A value without its unit; `decimals` keeps a changing number from jumping about. */
export function valueText(value, decimals = 0) {
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") {
    if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(2).replaceAll("-", "−");
    return value.toFixed(Math.max(decimals, decimalsOf(value))).replace("-", "−");
  }
  return value;
}

/** A count with separators: 1,284. */
export function countText(count) {
  return wholeNumber.format(count);
}

/** A count and its noun: "1 record", "1,284 records". */
export function countOf(count, noun) {
  return `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A size in bytes as people say it. */
export function sizeText(bytes) {
  if (bytes < 1_000) return `${bytes} bytes`;
  for (const [scale, unit] of [[1e9, "GB"], [1e6, "MB"], [1e3, "kB"]]) {
    if (bytes >= scale) return `${(bytes / scale).toFixed(1)} ${unit}`;
  }
  return "";
}

/** A time span as people say it: "0.4 s", "23 min", "2 h 5 min", "3 days". */
export function spanText(milliseconds) {
  const seconds = Math.max(0, milliseconds) / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const secondsFormat = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** The time of day, with seconds. */
export function secondsText(at) {
  return secondsFormat.format(at);
}

/** The time of day, with the day where that is not today. */
export function clockText(at, now) {
  const day = dayFormat.format(at);
  const clock = clockFormat.format(at);
  return day === dayFormat.format(now) ? clock : `${day}, ${clock}`;
}

const qualities = new Map([
  ["good", "good"], ["timeout", "no answer"], ["crc", "damaged answer"],
  ["foreign_reply", "foreign answer"], ["malformed_reply", "malformed answer"],
  ["no_connection", "not reachable"], ["out_of_range", "out of range"],
  ["not_available", "no value"], ["undefined_code", "unknown code"],
  ["not_understood", "not understood"], ["device_error", "device error"],
  ["stale", "stale"], ["pending", "not read yet"],
]);

/** Readings older than this many periods are stale, whatever their quality was. */
const stalePeriods = 3;

/** A signal's quality now: its state (`good`, `bad`, `stale`, `pending`), word and meaning. */
export function qualityOf(signal, now) {
  const code = signal.quality;
  if (code === "pending") return { state: "pending", word: "not read yet", meaning: signal.meaning };
  if (code !== "good") {
    const exception = /^exception_(\d+)$/.exec(code);
    const word = exception
      ? `refused (exception ${exception[1]})`
      : qualities.get(code) ?? code.replaceAll("_", " ");
    return { state: code === "stale" ? "stale" : "bad", word, meaning: signal.meaning };
  }
  const age = signal.at ? now - Date.parse(signal.at) : 0;
  if (signal.period_ms && age > stalePeriods * signal.period_ms) {
    return {
      state: "stale",
      word: "stale",
      meaning: `A reading is due every ${spanText(signal.period_ms)}; this one is old.`,
    };
  }
  return { state: "good", word: "good", meaning: signal.meaning };
}

/** A lag of so few records is the normal life of a line that records all the time. */
const onTheirWay = 50;

/** An uplink's state in words, and how serious it is: `good`, `calm` or `bad`. */
export function uplinkWords(uplink, now) {
  const since = clockText(Date.parse(uplink.since), now);
  const waiting = `${countOf(uplink.backlog, "record")} waiting`;
  switch (uplink.state) {
    case "connected":
      return uplink.backlog <= onTheirWay
        ? { tone: "good", text: "Hub up to date" }
        : { tone: "calm", text: `Sending to the hub, ${countOf(uplink.backlog, "record")} to go` };
    case "away":
      return { tone: "calm", text: `Recording locally, hub away since ${since}, ${waiting}` };
    case "refused":
      return {
        tone: "bad",
        text: `The hub refuses this journal since ${since}, ${waiting}. Somebody must look.`,
      };
    default:
      return { tone: "calm", text: `Recording locally, calling the hub, ${waiting}` };
  }
}
