// Starting a lot: the form, as people and scanners fill it.

import { send } from "./connection.js";
import { node, setAttribute, setText, show } from "./document.js";

const fields = [
  { name: "lot", label: "Lot", isRequired: true },
  { name: "part", label: "Part", isRequired: true },
  { name: "revision", label: "Revision, if any", isRequired: false },
  { name: "work_order", label: "Work order", isRequired: true },
  { name: "quantity", label: "Pieces, if planned", isRequired: false, isNumber: true },
  { name: "operator", label: "Operator", isRequired: true },
  { name: "program", label: "Program, if any", isRequired: false },
];

export class StartForm {
  constructor(station, onReceipt) {
    this.path = `/v1/stations/${encodeURIComponent(station.id)}/lot`;
    this.onReceipt = onReceipt;
    this.problem = node("p", { class: "problem", role: "alert", "data-field": "problem", hidden: true });
    this.button = node("button", { type: "submit", class: "primary" }, "Start lot");
    this.inputs = fields.map(({ name, isRequired, isNumber }) =>
      node("input", {
        name, maxlength: 128, autocomplete: "off", autocapitalize: "off", spellcheck: "false",
        required: isRequired, inputmode: isNumber ? "numeric" : null,
        pattern: isNumber ? "[1-9][0-9]*" : null,
      })
    );
    this.lanes = node("select", { name: "lane" });
    this.laneLabel = node("label", {}, node("span", {}, "Lane"), this.lanes);
    const labels = fields.map(({ label }, index) =>
      node("label", {}, node("span", {}, label), this.inputs[index])
    );
    this.root = node(
      "form",
      { class: "start", "data-form": "start-lot", "aria-label": `Start a lot at ${station.id}` },
      this.laneLabel,
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
   * @param free The lanes without a lot; none for a station without lanes.
   * @param crew Who is signed on: of one, the agent knows who starts the lot.
   * @param lists The plant's lists that are in force: what they may say of a lot need not be said.
   */
  update(free, crew, lists) {
    const names = this.lanes.options.length ? [...this.lanes.options].map((one) => one.value) : [];
    if (names.join("\n") !== free.join("\n")) {
      this.lanes.replaceChildren(...free.map((lane) => node("option", { value: lane }, lane)));
    }
    show(this.laneLabel, free.length > 0);
    this.need("operator", crew.length !== 1, crew[0]?.name);
    this.need("part", !lists.includes("lots") && !lists.includes("work_orders"), "as listed");
    this.need("work_order", !lists.includes("lots"), "as listed");
  }

  /** Says whether a field must be filled, and what is taken when it is not. */
  need(name, isNeeded, otherwise) {
    const input = this.inputs.find((one) => one.name === name);
    input.required = isNeeded;
    setAttribute(input, "placeholder", isNeeded ? null : otherwise);
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
    if (command.quantity) command.quantity = Number(command.quantity);
    if (!this.laneLabel.hidden) command.lane = this.lanes.value;
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

