// Taking back what was just recorded by mistake: a wrong lot, a wrong badge.

import { send } from "./connection.js";
import { node, setText, show } from "./document.js";

/**
 * What a receipt's record began here, and how to take it back; null for nothing that can be.
 *
 * @param before Names of those who were there before the crew last changed.
 */
function undoOf(station, receipt, before) {
  const path = `/v1/stations/${encodeURIComponent(station.id)}`;
  const lot = station.lots.find(({ seq }) => seq === receipt.seq);
  if (lot) {
    const lane = lot.lane ? { lane: lot.lane } : {};
    return {
      question: `Wrong lot? ${lot.lot} ends, and a correction says that it never was here.`,
      by: lot.operator,
      steps: [
        () => send("POST", `${path}/lot/end`, { reason: "removed", ...lane }),
        (by) =>
          send("POST", "/v1/corrections", {
            what: "never_was", station: station.id, ...lane, lot: lot.lot, record: lot.seq, by,
            reason: "started by mistake, undone on the page",
          }),
      ],
    };
  }
  const member = station.crew.find(({ since }) => since === receipt.at);
  if (!member) return null;
  // A hand-over leaves one; whoever it signed off was there.
  const replaced = station.crew.length === 1 ? before.filter((name) => name !== member.name) : [];
  const again = replaced.length > 0 ? ` ${replaced.join(", ")}: signed on again.` : "";
  return {
    question:
      `Wrong badge? ${member.name} is signed off, and a correction says: was not here.${again}`,
    by: station.crew.find(({ name }) => name !== member.name)?.name ?? member.name,
    steps: [
      () => send("DELETE", `${path}/operators/${encodeURIComponent(member.name)}`),
      (by) =>
        send("POST", "/v1/corrections", {
          what: "operator", station: station.id, operator: member.name, was_there: false,
          from: member.since, by, reason: "signed on by mistake, undone on the page",
        }),
      ...replaced.flatMap((name) => [
        () => send("POST", `${path}/operators`, { operator: name }),
        (by) =>
          send("POST", "/v1/corrections", {
            what: "operator", station: station.id, operator: name, was_there: true,
            from: member.since, by, reason: "signed off by mistake, undone on the page",
          }),
      ]),
    ],
  };
}

/** One touch that takes back what the last receipt says; who does it stands in the record. */
export class UndoView {
  constructor(onReceipt) {
    this.onReceipt = onReceipt;
    this.crew = this.crewBefore = [];
    this.question = node("p", { "data-field": "undo-question" });
    this.by = node("input", {
      name: "undo-by", maxlength: 128, autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", required: true,
    });
    this.button = node("button", { type: "submit", class: "danger", "data-action": "undo" }, "Undo");
    this.problem = node("p", { class: "problem", role: "alert", "data-field": "problem", hidden: true });
    this.root = node(
      "form",
      { class: "take-back", "data-form": "undo", "aria-label": "Undo", hidden: true },
      this.question,
      node("label", {}, node("span", {}, "Who undoes it"), this.by),
      this.button,
      this.problem
    );
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
  }

  /** @param receipt The last one that is in view; null for none. */
  update(station, receipt) {
    if (this.isRunning) return;
    const crew = station.crew.map(({ name }) => name);
    if (crew.join("\n") !== this.crew.join("\n")) [this.crewBefore, this.crew] = [this.crew, crew];
    if (receipt !== this.receipt) {
      this.receipt = receipt;
      this.undo = receipt && undoOf(station, receipt, this.crewBefore);
      if (this.undo) this.by.value = this.undo.by;
      show(this.problem, false);
    } else if (receipt && !this.undo) {
      // The status that shows the record can come after its receipt.
      this.undo = undoOf(station, receipt, this.crewBefore);
      if (this.undo) this.by.value = this.undo.by;
    }
    show(this.root, Boolean(this.undo));
    if (this.undo) setText(this.question, this.undo.question);
  }

  async run() {
    const { steps } = this.undo;
    this.isRunning = this.button.disabled = true;
    show(this.problem, false);
    try {
      let receipt = null;
      // A step that was done is not done again when the next one fails and is tried once more.
      while (steps.length > 0) {
        receipt = await steps[0](this.by.value.trim());
        steps.shift();
      }
      this.undo = null;
      this.isRunning = false;
      await this.onReceipt(receipt);
    } catch (error) {
      show(this.problem, true);
      setText(this.problem, error.message);
    } finally {
      this.isRunning = this.button.disabled = false;
    }
  }
}
