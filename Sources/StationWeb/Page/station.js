// One station: the lots it works on, who is there, its devices, and the commands of the operator.

import { CorrectionView } from "./correction.js";
import { CrewView } from "./crew.js";
import { DeviceView, signalTitle } from "./device.js";
import { node, setAttribute, setText, show, ViewList } from "./document.js";
import { lanesOf, LotView } from "./lot.js";
import { OvenView, zoneOf } from "./oven.js";
import { StartForm } from "./start.js";
import { UndoView } from "./undo.js";
import { clockText, decimalsOf, qualityOf, unitText, valueText } from "./words.js";

const maximumKeyReadings = 8;

/** How long a receipt stays in view, in milliseconds. */
const receiptTime = 60_000;

/** The few readings that are worth reading from afar: what is measured, but for an oven's zones. */
function keyReadings(devices) {
  return devices
    .flatMap((device) => {
      const hasRoles = device.signals.some((signal) => signal.role);
      return device.signals
        .filter((signal) => !zoneOf(signal.name) && typeof signal.value !== "string")
        .filter((signal) => (hasRoles ? signal.role === "reading" : signal.unit))
        .map((signal) => ({ key: `${device.id}/${signal.name}`, signal }));
    })
    .slice(0, maximumKeyReadings);
}

class KeyReading {
  constructor({ key }) {
    this.decimals = 0;
    this.title = node("dt");
    this.number = node("span", { class: "number" });
    this.unit = node("span", { class: "unit" });
    this.word = node("span", { class: "word" });
    const mark = node("span", { class: "mark", "aria-hidden": "true" });
    this.root = node(
      "div",
      { class: "key-reading", "data-key-reading": key },
      this.title,
      node("dd", {}, this.number, this.unit, node("span", { class: "state" }, mark, this.word))
    );
  }

  update({ signal }, now) {
    const quality = qualityOf(signal, now);
    this.decimals = Math.max(this.decimals, decimalsOf(signal.value));
    setText(this.title, signalTitle(signal));
    setText(this.number, valueText(signal.value, this.decimals));
    setText(this.unit, signal.value === undefined ? "" : `\u00a0${unitText(signal.unit)}`);
    setText(this.word, quality.state === "good" ? "" : quality.word);
    setAttribute(this.root, "data-quality", quality.state);
  }
}

/** A limit of loaded material in words: how long it may still be used. */
function limitText(word, until, now) {
  if (!until || Date.parse(until) <= now) return "";
  return `, ${word} ${clockText(Date.parse(until), now)}`;
}

/** A board that did not come out of the conveyor as it should have. */
class BoardProblemView {
  constructor() {
    this.root = node("li", { class: "doubt" });
  }

  update(sentence) {
    setText(this.root, `${sentence}.`);
  }
}

class MaterialView {
  constructor() {
    this.text = node("span");
    this.doubts = node("strong", { class: "doubts", role: "alert", "data-field": "material-doubts" });
    this.root = node("li", {}, this.text, this.doubts);
  }

  update(material, now) {
    const limits =
      limitText("floor life until", material.floor_life_until, now) +
      limitText("expires", material.expires, now);
    const since = clockText(Date.parse(material.since), now);
    setText(this.text, `${material.material}, lot ${material.lot}, since ${since}${limits}`);
    const doubts = (material.doubts ?? []).map(({ sentence }) => sentence);
    show(this.doubts, doubts.length > 0);
    setText(this.doubts, doubts.join("; "));
    setAttribute(this.root, "data-tone", doubts.length > 0 ? "bad" : null);
  }
}

/** An instrument of the station that cannot be relied on. */
class InstrumentView {
  constructor(instrument) {
    this.root = node("li", { "data-instrument": instrument.instrument, "data-tone": "bad" });
  }

  update(instrument) {
    setText(this.root, instrument.doubt);
  }
}

export class StationView {
  constructor(station, refresh) {
    const onReceipt = async (receipt) => {
      const notes = (receipt.notes ?? []).map((note) => `. Note: ${note.sentence}`).join("");
      setText(this.receipt, `Recorded as no. ${receipt.seq}: ${receipt.summary}${notes}`);
      show(this.receipt, true);
      await this.remember(receipt);
      this.receipt.focus();
    };
    const titleID = `station-${station.id}`;
    this.title = node("h2", { id: titleID });
    this.id = node("span", { class: "model" }, station.id);
    const lanes = node("div", { class: "lanes" });
    this.crew = new CrewView(station, onReceipt);
    this.form = new StartForm(station, onReceipt);
    this.receipt = node("p", {
      class: "receipt", role: "status", tabindex: -1, "data-field": "receipt", hidden: true,
    });
    this.undo = new UndoView(onReceipt);
    this.remember = async (receipt) => {
      this.receivedAt = performance.now();
      this.last = receipt;
      await refresh().catch(() => {});
    };
    this.materials = node("ul", { class: "materials", "aria-label": "Material loaded here" });
    this.corrections = node("ul", { class: "corrections", "aria-label": "Corrections of this station's records" });
    this.instruments = node("ul", {
      class: "materials", "aria-label": "Instruments that cannot be relied on",
    });
    this.problems = node("ul", {
      class: "board-problems", role: "status", "aria-label": "Boards that did not come out",
    });
    this.keyReadings = node("dl", { class: "key-readings" });
    this.ovens = node("div");
    const devices = node("div", { class: "devices" });
    this.lists = {
      lanes: new ViewList(
        lanes,
        ({ lane }) => lane ?? "",
        (item) => new LotView(station, item, onReceipt)
      ),
      materials: new ViewList(this.materials, (item) => item.seq, () => new MaterialView()),
      corrections: new ViewList(this.corrections, (item) => item.seq, () => new CorrectionView()),
      instruments: new ViewList(
        this.instruments,
        (item) => item.instrument,
        (item) => new InstrumentView(item)
      ),
      problems: new ViewList(this.problems, (sentence) => sentence, () => new BoardProblemView()),
      keyReadings: new ViewList(this.keyReadings, (item) => item.key, (item) => new KeyReading(item)),
      ovens: new ViewList(this.ovens, (device) => device.id, (device) => new OvenView(device)),
      devices: new ViewList(devices, (device) => device.id, (device) => new DeviceView(device)),
    };
    this.root = node(
      "section",
      { class: "station", "data-station": station.id, "aria-labelledby": titleID },
      node(
        "header",
        {},
        node("div", { class: "name" }, this.title, this.id),
        lanes
      ),
      this.crew.root,
      this.form.root,
      this.receipt,
      this.undo.root,
      this.problems,
      this.materials,
      this.instruments,
      this.keyReadings,
      this.ovens,
      devices,
      this.corrections
    );
  }

  /**
   * @param own Devices that serve one station only; those of this one are shown here in full.
   * @param all All devices: the key readings are those of every device that serves this station.
   * @param instruments The instruments that signals come from.
   * @param lists Names of the plant's lists that are in force.
   */
  update(station, own, all, instruments, lists, now) {
    const lanes = lanesOf(station);
    const free = lanes.filter(({ lot }) => !lot).map(({ lane }) => lane);
    setText(this.title, station.title ?? station.id);
    show(this.id, Boolean(station.title));
    setAttribute(this.root, "data-bound", station.lots.length ? "yes" : "no");
    this.lists.lanes.update(lanes, now);
    this.crew.update(station.crew, now);
    show(this.form.root, free.length > 0);
    this.form.update(free.filter((lane) => lane !== null), station.crew, lists);
    if (performance.now() - this.receivedAt > receiptTime) {
      show(this.receipt, false);
      this.last = null;
    }
    this.undo.update(station, this.last ?? null);
    this.lists.materials.update(station.materials, now);
    show(this.materials, station.materials.length > 0);
    const problems = station.conveyor?.problems ?? [];
    this.lists.problems.update(problems, now);
    show(this.problems, problems.length > 0);
    this.lists.corrections.update(station.corrections ?? [], now);
    show(this.corrections, Boolean(station.corrections));
    const doubtful = instruments.filter(
      (instrument) => instrument.doubt && instrument.stations.includes(station.id)
    );
    this.lists.instruments.update(doubtful);
    show(this.instruments, doubtful.length > 0);
    const serving = all.filter((device) => device.stations.includes(station.id));
    const readings = keyReadings(serving);
    this.lists.keyReadings.update(readings, now);
    show(this.keyReadings, readings.length > 0);
    const isHere = (device) => device.stations.includes(station.id);
    this.lists.ovens.update(
      all
        .filter((device) => isHere(device) && device.kind === "reflow_oven")
        .map((device) => ({ ...device, conveyor: station.conveyor })),
      now
    );
    this.lists.devices.update(own.filter(isHere), now, instruments);
  }
}
