// One lane of a station, and the lot that it works on.

import { send } from "./connection.js";
import { node, setAttribute, setText, show } from "./document.js";
import { clockText, countOf, spanText } from "./words.js";

/** Ends the lot in two steps, so that a stray touch ends nothing. */
class EndButton {
  constructor(station, lane, onReceipt) {
    this.path = `/v1/stations/${encodeURIComponent(station.id)}/lot/end`;
    this.lane = lane;
    this.onReceipt = onReceipt;
    this.ask = node("button", { type: "button", "data-action": "end-lot" }, "End lot…");
    this.yes = node("button", { type: "button", class: "danger", "data-action": "end-lot-yes" });
    this.finished = node(
      "button",
      { type: "button", class: "danger", "data-action": "end-lot-finished" },
      "All of it is finished"
    );
    this.no = node("button", { type: "button", "data-action": "end-lot-no" }, "Keep it");
    this.problem = node("p", { class: "problem", role: "alert", "data-field": "problem", hidden: true });
    this.root = node("div", { class: "end" }, this.ask, this.yes, this.finished, this.no, this.problem);
    this.ask.addEventListener("click", () => this.choose(true));
    this.no.addEventListener("click", () => this.choose(false));
    this.yes.addEventListener("click", () => this.end());
    this.finished.addEventListener("click", () => this.end("finished"));
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
    show(this.finished, isAsking);
    show(this.no, isAsking);
    if (!isFirst) (isAsking ? this.no : this.ask).focus();
    if (isFirst) show(this.problem, false);
  }

  async end(reason) {
    show(this.problem, false);
    this.yes.disabled = this.finished.disabled = true;
    const command = {};
    if (reason) command.reason = reason;
    if (this.lane !== null) command.lane = this.lane;
    try {
      await this.onReceipt(await send("POST", this.path, command));
    } catch (error) {
      show(this.problem, true);
      setText(this.problem, error.message);
    } finally {
      this.yes.disabled = this.finished.disabled = false;
      this.choose(false, this.problem.hidden);
    }
  }
}

const facts = [
  ["part", "Part"], ["revision", "Revision"], ["work_order", "Work order"],
  ["quantity", "Planned"], ["operator", "Operator"], ["program", "Program"], ["units", "Units"],
];

/** Facts that are shown only where there is something to say. */
const optionalFacts = ["revision", "quantity", "units"];

function unitWords(units) {
  const parts = [
    [units.inside, "inside"], [units.left, "left"], [units.removed, "taken out"],
    [units.scrapped, "scrapped"],
  ];
  return parts
    .filter(([count, word]) => count > 0 || word === "inside")
    .map(([count, word]) => `${count} ${word}`)
    .join(", ");
}

/** What a doubt of the plant's lists comes to, in a word that is seen from afar. */
function heldWord({ code }) {
  if (code === "lot_on_hold") return "Held";
  return code === "lot_scrapped" ? "Scrapped" : "Not released";
}

function correctedWords({ lot, part, since }, now) {
  if (!lot) return "it never was here";
  return `lot ${lot}, part ${part}, since ${clockText(Date.parse(since), now)}`;
}

export class LotView {
  constructor(station, { lane }, onReceipt) {
    this.lot = node("strong", { class: "lot", "data-field": "lot" });
    this.doubt = node("p", { class: "doubt", "data-field": "notes" });
    this.held = node("p", { class: "held", role: "alert", "data-field": "held", hidden: true });
    this.corrected = node("p", { class: "doubt", "data-field": "corrected" });
    this.none = node(
      "p",
      { class: "none", "data-field": "no-lot" },
      "Readings are recorded and bound to none."
    );
    this.facts = new Map(facts.map(([name]) => [name, node("dd", { "data-field": name })]));
    this.since = node("dd", { "data-field": "since" });
    this.rows = new Map(
      facts.map(([name, label]) => [
        name, node("div", {}, node("dt", {}, label), this.facts.get(name)),
      ])
    );
    this.factList = node(
      "dl",
      { class: "facts" },
      ...this.rows.values(),
      node("div", {}, node("dt", {}, "Since"), this.since)
    );
    this.end = new EndButton(station, lane, onReceipt);
    const label = lane === null ? "Lot" : `Lane ${lane}`;
    this.root = node(
      "div",
      { class: "lane", "data-lane": lane ?? "" },
      node(
        "div",
        { class: "work" },
        node("p", { class: "label" }, label), this.lot, this.none, this.held, this.doubt,
        this.corrected
      ),
      this.factList,
      this.end.root
    );
  }

  update({ lot }, now) {
    setAttribute(this.root, "data-bound", lot ? "yes" : "no");
    setText(this.lot, lot ? lot.lot : "No lot");
    show(this.none, !lot);
    show(this.factList, Boolean(lot));
    show(this.end.root, Boolean(lot));
    show(this.doubt, Boolean(lot?.notes));
    const doubts = lot?.doubts ?? [];
    setAttribute(this.root, "data-held", doubts.length ? "yes" : "no");
    show(this.held, doubts.length > 0);
    setText(this.held, doubts.map((doubt) => `${heldWord(doubt)}: ${doubt.sentence}.`).join(" "));
    show(this.corrected, Boolean(lot?.corrected));
    if (!lot) return;
    setText(this.doubt, lot.notes ? `Doubtful: ${lot.notes.join(", ").replaceAll("_", " ")}` : "");
    setText(this.corrected, lot.corrected ? `Corrected: ${correctedWords(lot.corrected, now)}` : "");
    const values = {
      ...lot,
      quantity: lot.quantity ? countOf(lot.quantity, "piece") : undefined,
      units: lot.units ? unitWords(lot.units) : undefined,
    };
    for (const [name, element] of this.facts) {
      setText(element, values[name] ?? "–");
      show(this.rows.get(name), Boolean(values[name]) || !optionalFacts.includes(name));
    }
    const since = Date.parse(lot.since);
    setText(this.since, `${clockText(since, now)} (${spanText(now - since)})`);
    this.end.update(lot.lot);
  }
}

/** The lanes of a station, each with its lot; a station without lanes is one. */
export function lanesOf(station) {
  const lanes = station.lanes.length ? station.lanes : [null];
  // A lot of an earlier configuration may be where there is no lane any more.
  const others = station.lots.map((lot) => lot.lane ?? null).filter((lane) => !lanes.includes(lane));
  return [...lanes, ...others].map((lane) => ({
    lane,
    lot: station.lots.find((lot) => (lot.lane ?? null) === lane),
  }));
}
