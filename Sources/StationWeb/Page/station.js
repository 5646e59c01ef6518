// One station: the lot it works on, its devices, and the commands of the operator.

import { send } from "./connection.js";
import { DeviceView, signalTitle } from "./device.js";
import { node, setAttribute, setText, show, ViewList } from "./document.js";
import { OvenView, zoneOf } from "./oven.js";
import { clockText, decimalsOf, qualityOf, spanText, unitText, valueText } from "./words.js";

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

class MaterialView {
  constructor() {
    this.root = node("li");
  }

  update(material, now) {
    setText(
      this.root,
      `${material.material}, lot ${material.lot}, since ${clockText(Date.parse(material.since), now)}`
    );
  }
}

const fields = [
  { name: "lot", label: "Lot", isRequired: true },
  { name: "part", label: "Part", isRequired: true },
  { name: "work_order", label: "Work order", isRequired: true },
  { name: "operator", label: "Operator", isRequired: true },
  { name: "program", label: "Program, if any", isRequired: false },
];

class StartForm {
  constructor(station, onReceipt) {
    this.path = `/v1/stations/${encodeURIComponent(station.id)}/lot`;
    this.onReceipt = onReceipt;
    this.problem = node("p", { class: "problem", role: "alert", "data-field": "problem", hidden: true });
    this.button = node("button", { type: "submit", class: "primary" }, "Start lot");
    this.inputs = fields.map(({ name, isRequired }) =>
      node("input", {
        name, maxlength: 128, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
        required: isRequired,
      })
    );
    const labels = fields.map(({ label }, index) =>
      node("label", {}, node("span", {}, label), this.inputs[index])
    );
    this.root = node(
      "form",
      { class: "start", "data-form": "start-lot", "aria-label": `Start a lot at ${station.id}` },
      ...labels,
      this.button,
      this.problem
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * A scanner ends with Enter: that goes to the next empty field instead of complaining. And it
   * sends the separator of a GS1 code as Ctrl+], which leaves no trace in the field: without it,
   * two elements would read as one wrong lot.
   */
  key(event) {
    if (event.key === "Enter" && event.target.tagName === "INPUT" && !this.root.checkValidity()) {
      event.preventDefault();
      this.inputs.find((input) => !input.checkValidity()).focus();
    } else if (event.ctrlKey && event.key === "]") {
      event.preventDefault();
      event.target.dataset.isComposite = "yes";
    } else if (event.target.value === "") {
      delete event.target.dataset.isComposite;
    }
  }

  async submit() {
    const composite = this.inputs.find((input) => input.dataset.isComposite);
    if (composite) {
      composite.value = "";
      delete composite.dataset.isComposite;
      composite.focus();
      this.say("That scan holds several elements (GS1). Scan or type this one alone.");
      return;
    }
    const entries = this.inputs.map((input) => [input.name, input.value.trim()]);
    const command = Object.fromEntries(entries.filter(([, value]) => value !== ""));
    this.say(null);
    this.button.disabled = true;
    setText(this.button, "Recording…");
    try {
      const receipt = await send("POST", this.path, command);
      this.root.reset();
      await this.onReceipt(receipt);
    } catch (error) {
      this.say(error.message);
    } finally {
      this.button.disabled = false;
      setText(this.button, "Start lot");
    }
  }

  say(problem) {
    show(this.problem, problem !== null);
    setText(this.problem, problem);
  }
}

/** Ends the lot in two steps, so that a stray touch ends nothing. */
class EndButton {
  constructor(station, onReceipt) {
    this.path = `/v1/stations/${encodeURIComponent(station.id)}/lot`;
    this.onReceipt = onReceipt;
    this.ask = node("button", { type: "button", "data-action": "end-lot" }, "End lot…");
    this.yes = node("button", { type: "button", class: "danger", "data-action": "end-lot-yes" });
    this.no = node("button", { type: "button", "data-action": "end-lot-no" }, "Keep it");
    this.problem = node("p", { class: "problem", role: "alert", "data-field": "problem", hidden: true });
    this.root = node("div", { class: "end" }, this.ask, this.yes, this.no, this.problem);
    this.ask.addEventListener("click", () => this.choose(true));
    this.no.addEventListener("click", () => this.choose(false));
    this.yes.addEventListener("click", () => this.end());
    this.choose(false, true);
  }

  update(lot) {
    if (lot !== this.lot) this.choose(false, true);
    this.lot = lot;
    setText(this.yes, `End lot ${lot}`);
  }

  choose(isAsking, isFirst = false) {
    show(this.ask, !isAsking);
    show(this.yes, isAsking);
    show(this.no, isAsking);
    if (!isFirst) (isAsking ? this.no : this.ask).focus();
    if (isFirst) show(this.problem, false);
  }

  async end() {
    show(this.problem, false);
    this.yes.disabled = true;
    try {
      await this.onReceipt(await send("DELETE", this.path));
    } catch (error) {
      show(this.problem, true);
      setText(this.problem, error.message);
    } finally {
      this.yes.disabled = false;
      this.choose(false, this.problem.hidden);
    }
  }
}

const facts = [
  ["part", "Part"], ["work_order", "Work order"], ["operator", "Operator"], ["program", "Program"],
];

export class StationView {
  constructor(station, refresh) {
    const onReceipt = async (receipt) => {
      setText(this.receipt, `Recorded as no. ${receipt.seq}: ${receipt.summary}`);
      this.receivedAt = performance.now();
      show(this.receipt, true);
      await refresh().catch(() => {});
      this.receipt.focus();
    };
    const titleID = `station-${station.id}`;
    this.title = node("h2", { id: titleID });
    this.id = node("span", { class: "model" }, station.id);
    this.lot = node("strong", { class: "lot", "data-field": "lot" });
    this.facts = new Map(facts.map(([name]) => [name, node("dd", { "data-field": name })]));
    this.since = node("dd", { "data-field": "since" });
    this.none = node(
      "p",
      { class: "none", "data-field": "no-lot" },
      "Readings are recorded and bound to none."
    );
    this.factList = node(
      "dl",
      { class: "facts" },
      ...facts.map(([name, label]) => node("div", {}, node("dt", {}, label), this.facts.get(name))),
      node("div", {}, node("dt", {}, "Since"), this.since)
    );
    this.end = new EndButton(station, onReceipt);
    this.form = new StartForm(station, onReceipt);
    this.receipt = node("p", {
      class: "receipt", role: "status", tabindex: -1, "data-field": "receipt", hidden: true,
    });
    this.materials = node("ul", { class: "materials", "aria-label": "Material loaded here" });
    this.keyReadings = node("dl", { class: "key-readings" });
    this.ovens = node("div");
    const devices = node("div", { class: "devices" });
    this.lists = {
      materials: new ViewList(this.materials, (item) => item.seq, () => new MaterialView()),
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
        node("div", { class: "work" }, node("p", { class: "label" }, "Lot"), this.lot, this.none),
        this.factList,
        this.end.root
      ),
      this.form.root,
      this.receipt,
      this.materials,
      this.keyReadings,
      this.ovens,
      devices
    );
  }

  /**
   * @param own Devices that serve one station only; those of this one are shown here in full.
   * @param all All devices: the key readings are those of every device that serves this station.
   */
  update(station, own, all, now) {
    const binding = station.binding;
    setText(this.title, station.title ?? station.id);
    show(this.id, Boolean(station.title));
    setAttribute(this.root, "data-bound", binding ? "yes" : "no");
    setText(this.lot, binding ? binding.lot : "No lot");
    show(this.none, !binding);
    show(this.factList, Boolean(binding));
    show(this.end.root, Boolean(binding));
    show(this.form.root, !binding);
    if (binding) this.updateBinding(binding, now);
    if (performance.now() - this.receivedAt > receiptTime) show(this.receipt, false);
    this.lists.materials.update(station.materials, now);
    show(this.materials, station.materials.length > 0);
    const serving = all.filter((device) => device.stations.includes(station.id));
    const readings = keyReadings(serving);
    this.lists.keyReadings.update(readings, now);
    show(this.keyReadings, readings.length > 0);
    const isHere = (device) => device.stations.includes(station.id);
    this.lists.ovens.update(
      all.filter((device) => isHere(device) && device.kind === "reflow_oven"),
      now
    );
    this.lists.devices.update(own.filter(isHere), now);
  }

  updateBinding(binding, now) {
    const since = Date.parse(binding.since);
    for (const [name, element] of this.facts) setText(element, binding[name] ?? "–");
    setText(this.since, `${clockText(since, now)} (${spanText(now - since)})`);
    this.end.update(binding.lot);
  }
}
