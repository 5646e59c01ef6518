// Barcode scanners that are keyboards. They need no focused field, and what they type is told from
// what people type by its speed.

import { send } from "./connection.js";
import { node, setAttribute, setText, show, ViewList } from "./document.js";
import { clockText } from "./words.js";

/** Median pause, in milliseconds, between a scanner's keys; nobody types so fast. */
const scannerPause = 35;

/** A longer pause than this ends whatever was being typed. */
const longestPause = 500;

/** Fewest characters of a code. */
const shortestCode = 3;

/** GS, which stands between the elements of a GS1 code; scanners press Ctrl+] for it. */
const separator = "\u001d";

const modifiers = new Set(["Shift", "Control", "Alt", "AltGraph", "CapsLock", "NumLock"]);

function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Puts keys together to codes. */
export class KeyCollector {
  /** @param separatorKeys Names of keys that stand for the separator, as `F8`. */
  constructor() {
    this.separatorKeys = [];
    this.reset();
  }

  reset() {
    this.text = "";
    this.pauses = [];
    this.last = null;
  }

  /**
   * Takes a key.
   * @returns The code that it ends, `""` for a key that belongs to one, null for any other key.
   */
  take(event) {
    if (modifiers.has(event.key)) return null;
    if (this.last !== null && event.timeStamp - this.last > longestPause) this.reset();
    if (event.key === "Enter" || event.key === "Tab") {
      const code = this.isScan() ? this.text : null;
      this.reset();
      return code;
    }
    const character = this.character(event);
    if (character === null) {
      this.reset();
      return null;
    }
    if (this.last !== null) this.pauses.push(event.timeStamp - this.last);
    this.last = event.timeStamp;
    this.text += character;
    return this.isScan() ? "" : null;
  }

  character(event) {
    if (event.ctrlKey && event.key === "]") return separator;
    if (this.separatorKeys.includes(event.key)) return separator;
    if (event.ctrlKey || event.metaKey || [...event.key].length !== 1) return null;
    return event.key;
  }

  isScan() {
    return this.text.length >= shortestCode && median(this.pauses) <= scannerPause;
  }
}

/** Whether people type there. */
function isEditable(element) {
  return element?.matches?.("input, textarea, select, [contenteditable]") ?? false;
}

/** The places of a station that scans can be for: its lanes, or itself. */
function placesOf({ id, title, lanes }) {
  const station = title ?? id;
  if (lanes.length === 0) return [{ name: id, station: id, title: station }];
  return lanes.map((lane) => ({
    name: `${id} ${lane}`, station: id, lane, title: `${station}, lane ${lane}`,
  }));
}

/** A scanner on a serial port: whether it is there, and what it read last. */
class ScannerView {
  constructor() {
    this.state = node("span");
    this.last = node("span");
    this.root = node("li", {}, this.state, this.last);
  }

  update({ id, station, lane, state, since, detail, last }, now) {
    const place = lane ? `${station}, lane ${lane}` : station;
    const words = { starting: "not tried yet", connected: "connected", lost: "not connected" }[state];
    const time = since ? ` since ${clockText(Date.parse(since), now)}` : "";
    setAttribute(this.root, "data-scanner", id);
    setAttribute(this.state, "class", state === "lost" ? "doubt" : null);
    setText(this.state, `Scanner ${id} at ${place}: ${words}${time}${detail ? ` (${detail})` : ""}.`);
    setAttribute(this.last, "class", last && !last.taken ? "doubt" : null);
    const outcome = last && `${last.taken ? "" : "not taken: "}${last.outcome}`;
    setText(this.last, last ? ` Last ${last.code}, ${clockText(Date.parse(last.at), now)}: ${outcome}.` : "");
  }
}

/** Shows what was scanned, large, and has it done at the station that scans are for. */
export class ScanView {
  /**
   * @param root The section of the page.
   * @param onReceipt Called with a station and the receipt of what was recorded there.
   */
  constructor(root, onReceipt) {
    this.onReceipt = onReceipt;
    this.places = new Map();
    this.keys = new KeyCollector();
    this.select = node("select", { "data-field": "scan-station" });
    this.target = node("label", { class: "target" }, "Scans are for ", this.select);
    this.summary = node("p", { class: "summary", "data-field": "scan-summary" });
    this.elements = node("dl", { class: "facts", "data-field": "scan-elements" });
    this.notes = node("ul", { class: "notes", "data-field": "scan-notes" });
    this.undo = node("p", { class: "undo", "data-field": "scan-undo" });
    this.choices = node("div", { class: "choices", "data-field": "scan-choices" });
    this.echo = node(
      "div",
      { class: "echo", role: "status", "aria-live": "assertive", hidden: true },
      this.summary, this.elements, this.choices, this.notes, this.undo
    );
    this.scanners = node("ul", { class: "scanners", "aria-label": "Serial scanners" });
    this.serial = new ViewList(this.scanners, ({ id }) => id, () => new ScannerView());
    root.append(this.target, this.echo, this.scanners);
    this.select.addEventListener("change", () => {
      localStorage.setItem("scan-station", this.select.value);
      this.select.blur();
    });
    document.addEventListener("keydown", (event) => this.key(event), { capture: true });
  }

  /** Takes the stations and the keys from the status. */
  update(status, now) {
    this.serial.update(status.scanners ?? [], now);
    show(this.scanners, Boolean(status.scanners));
    this.keys.separatorKeys = status.separator_keys ?? [];
    const places = status.stations.flatMap(placesOf);
    const names = places.map(({ name }) => name);
    if (names.join("\n") !== [...this.places.keys()].join("\n")) {
      const wanted = localStorage.getItem("scan-station");
      this.places = new Map(places.map((place) => [place.name, place]));
      this.select.replaceChildren(
        ...places.map(({ name, title }) => node("option", { value: name }, title))
      );
      if (names.includes(wanted)) this.select.value = wanted;
    }
    show(this.target, names.length > 1);
  }

  /** Where a code is meant for that is scanned in a field, or in none. */
  placeOf(field) {
    const chosen = this.places.get(this.select.value);
    const section = field?.closest("[data-station]");
    if (!section) return chosen;
    const station = section.dataset.station;
    const lane = field.closest("form")?.querySelector('select[name="lane"]')?.value;
    const places = [...this.places.values()].filter((place) => place.station === station);
    return places.find((place) => place.lane === lane) ?? (
      chosen?.station === station ? chosen : places[0]
    );
  }

  key(event) {
    const field = isEditable(event.target) ? event.target : null;
    if (this.keys.text === "" && field) this.before = field.value;
    const code = this.keys.take(event);
    if (code === null) return;
    // In a field, a plain code is what people would type; only a code of several elements is not.
    const isMeant = !field || code.includes(separator) || code.startsWith("]");
    if (code === "") {
      if (!field || event.ctrlKey) event.preventDefault();
      return;
    }
    if (!isMeant) return;
    event.preventDefault();
    event.stopPropagation();
    const place = this.placeOf(field);
    if (field) {
      field.value = this.before ?? "";
      delete field.dataset.isComposite;
    }
    if (place) this.scan(place.lane ? { code, lane: place.lane } : { code }, place.station);
  }

  async scan(command, station) {
    this.show("busy", "Reading…");
    try {
      const path = `/v1/stations/${encodeURIComponent(station)}/scans`;
      const receipt = await send("POST", path, command);
      if (receipt.station) this.choose(receipt.station);
      this.show("done", receipt.summary, receipt);
      if (receipt.receipt) await this.onReceipt(station, receipt.receipt);
    } catch (error) {
      this.show("refused", error.message);
      this.offer(error.problem?.scan, command, station);
    }
  }

  choose(station) {
    const places = [...this.places.values()].filter((place) => place.station === station);
    const isThere = places.some((place) => place.name === this.select.value);
    if (places.length === 0 || isThere) return;
    this.select.value = places[0].name;
    localStorage.setItem("scan-station", places[0].name);
  }

  show(state, summary, receipt = {}) {
    this.echo.dataset.state = state;
    setText(this.summary, summary);
    this.elements.replaceChildren(
      ...(receipt.elements ?? []).map((element) =>
        node("div", {}, node("dt", {}, element.title), node("dd", {}, element.date ?? element.value))
      )
    );
    const notes = [...(receipt.notes ?? []), ...(receipt.receipt?.notes ?? [])];
    this.notes.replaceChildren(...notes.map((note) => node("li", {}, note.sentence)));
    this.choices.replaceChildren();
    setText(this.undo, receipt.undo ?? "");
    show(this.echo, true);
  }

  /** Offers the lots of an ambiguous code; the label shows which one it is. */
  offer(refusal, command, station) {
    const lots = (refusal?.readings ?? [])
      .map((reading) => reading.find((element) => element.key === "10")?.value)
      .filter(Boolean);
    this.choices.replaceChildren(
      ...[...new Set(lots)].map((lot) => {
        const button = node("button", { type: "button" }, `The label says lot ${lot}`);
        button.addEventListener("click", () => this.scan({ ...command, lot }, station));
        return button;
      })
    );
  }
}
