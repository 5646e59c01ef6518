// One device: whether it answers, and every signal with value, age and quality.

import { node, setAttribute, setText, show, ViewList } from "./document.js";
import {
  clockText, countOf, decimalsOf, qualityOf, spanText, unitText, valueText,
} from "./words.js";

/** How an instrument stands that cannot be relied on, in a few words. */
function instrumentText(instrument) {
  switch (instrument.state) {
    case "overdue": return "calibration overdue";
    case "never": return "no calibration recorded";
    default: return "found out of tolerance";
  }
}

/** A signal's name as people read it. */
export function signalTitle(signal) {
  if (signal.title) return signal.title;
  const words = signal.name.replaceAll(/[._]/g, " ").replace(/\bzone(\d+)/, "zone $1");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

class SignalRow {
  constructor(signal) {
    this.decimals = 0;
    this.name = node("th", { scope: "row", role: "rowheader", title: signal.name });
    this.number = node("span", { "data-cell": "number" });
    this.unit = node("span", { class: "unit" });
    this.age = node("td", { role: "cell", class: "age", "data-cell": "age" });
    this.word = node("span", { "data-cell": "quality" });
    this.meaning = node("span", { class: "meaning", "data-cell": "meaning" });
    this.root = node(
      "tr",
      { role: "row", "data-signal": signal.name },
      this.name,
      node("td", { role: "cell", class: "value", "data-cell": "value" }, this.number, this.unit),
      this.age,
      node(
        "td",
        { role: "cell", class: "quality" },
        node("span", { class: "mark", "aria-hidden": "true" }),
        this.word,
        this.meaning
      )
    );
  }

  update(signal, now, instruments) {
    const quality = qualityOf(signal, now);
    const instrument = instruments.find((one) => one.instrument === signal.calibration);
    const doubt = instrument?.doubt ? `${instrument.instrument}: ${instrumentText(instrument)}` : "";
    this.decimals = Math.max(this.decimals, decimalsOf(signal.value));
    const unit = unitText(signal.unit);
    setText(this.name, signalTitle(signal));
    setText(this.number, valueText(signal.value, this.decimals));
    setText(this.unit, unit && signal.value !== undefined ? `\u00a0${unit}` : "");
    setText(this.age, signal.at ? spanText(now - Date.parse(signal.at)) : "–");
    setText(this.word, quality.word);
    const meaning = quality.state === "good" ? "" : quality.meaning;
    setText(this.meaning, [meaning, doubt].filter(Boolean).join(" "));
    setAttribute(this.root, "data-quality", quality.state);
    setAttribute(this.root, "data-calibration", signal.calibration ? instrument?.state : null);
  }
}

/** How many of a device's signals are in which state. */
export function tally(signals, now) {
  const counts = { good: 0, bad: 0, stale: 0, pending: 0 };
  for (const signal of signals) counts[qualityOf(signal, now).state] += 1;
  return counts;
}

/** A tally in words: "43 signals: 41 good, 2 bad". */
export function tallyText(counts) {
  const total = counts.good + counts.bad + counts.stale + counts.pending;
  const parts = [
    [counts.good, "good"], [counts.bad, "bad"], [counts.stale, "stale"],
    [counts.pending, "not read yet"],
  ].filter(([count]) => count > 0);
  if (parts.length === 1 && counts.good > 0) return `${countOf(total, "signal")}, all good`;
  const words = parts.map(([count, word]) => `${count} ${word}`).join(", ");
  return `${countOf(total, "signal")}: ${words}`;
}

/** How often a silent device is asked whether it is back, as a sentence. */
function askedText(silent) {
  if (!silent.asked_every_ms) return "";
  const stop = /[.?!]$/.test(silent.detail) ? "" : ".";
  return `${stop} It is asked every ${spanText(silent.asked_every_ms)} whether it is back.`;
}

export class DeviceView {
  constructor(device) {
    this.title = node("h3");
    this.model = node("span", { class: "model" });
    this.tally = node("span", { class: "tally", "data-field": "tally" });
    this.silence = node("p", { class: "silence", "data-field": "silence" });
    const body = node("tbody", { role: "rowgroup" });
    this.rows = new ViewList(body, (signal) => signal.name, (signal) => new SignalRow(signal));
    const heads = ["Signal", "Value", "Age", "Quality"].map((text) =>
      node("th", { scope: "col", role: "columnheader" }, text)
    );
    this.table = node(
      "table",
      { role: "table" },
      node("thead", { role: "rowgroup" }, node("tr", { role: "row" }, ...heads)),
      body
    );
    this.root = node(
      "article",
      { class: "device", "data-device": device.id },
      node("header", {}, this.title, this.model, this.tally),
      this.silence,
      this.table
    );
  }

  update(device, now, instruments) {
    setText(this.title, device.title);
    const serves = device.stations.length > 1 ? `, serves ${device.stations.join(", ")}` : "";
    setText(this.model, `${device.id} · ${device.profile}${serves}`);
    setText(this.tally, tallyText(tally(device.signals, now)));
    setAttribute(this.root, "data-size", device.signals.length > 12 ? "large" : "small");
    show(this.silence, Boolean(device.silent));
    setAttribute(this.root, "data-silent", Boolean(device.silent));
    if (device.silent) {
      const since = Date.parse(device.silent.since);
      setText(
        this.silence,
        `No answer since ${clockText(since, now)} (${spanText(now - since)}). ` +
          device.silent.detail + askedText(device.silent)
      );
    }
    setAttribute(this.table, "aria-label", `Signals of ${device.title}`);
    this.rows.update(device.signals, now, instruments);
  }
}
