// Who is at a station: badge in, badge out.

import { send } from "./connection.js";
import { node, setText, show, ViewList } from "./document.js";
import { clockText } from "./words.js";

class MemberView {
  constructor(member, off) {
    this.text = node("span", { "data-field": "operator-there" });
    const button = node("button", { type: "button", "data-action": "sign-off" }, "Sign off");
    button.addEventListener("click", () => off(member.name));
    this.root = node("li", { "data-operator": member.name }, this.text, button);
  }

  update(member, now) {
    const shift = member.shift ? `, ${member.shift} shift` : "";
    const since = `since ${clockText(Date.parse(member.since), now)}`;
    const until = member.until ? `, until ${clockText(Date.parse(member.until), now)} at most` : "";
    setText(this.text, `${member.name}, ${since}${shift}${until}`);
  }
}

export class CrewView {
  constructor(station, onReceipt) {
    this.path = `/v1/stations/${encodeURIComponent(station.id)}/operators`;
    this.onReceipt = onReceipt;
    this.none = node("p", { class: "nobody", "data-field": "nobody" }, "Nobody is signed on.");
    const list = node("ul", { class: "crew", "aria-label": "Signed on here" });
    this.members = new ViewList(
      list,
      (member) => `${member.name} ${member.since}`,
      (member) => new MemberView(member, (name) => this.off(name))
    );
    this.input = node("input", {
      name: "badge", maxlength: 128, autocomplete: "off", autocapitalize: "off",
      spellcheck: "false", required: true,
    });
    this.replace = node("input", { name: "replace", type: "checkbox" });
    this.replaceLabel = node("label", { class: "check" }, this.replace, "hand over: the others leave");
    this.problem = node("p", { class: "problem", role: "alert", "data-field": "problem", hidden: true });
    const form = node(
      "form",
      { class: "sign-on", "data-form": "sign-on", "aria-label": `Sign on at ${station.id}` },
      node("label", {}, node("span", {}, "Badge or name"), this.input),
      node("button", { type: "submit" }, "Sign on"),
      this.replaceLabel,
      this.problem
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.on();
    });
    this.root = node("div", { class: "people" }, this.none, list, form);
  }

  update(crew, now) {
    show(this.none, crew.length === 0);
    show(this.replaceLabel, crew.length > 0);
    this.members.update(crew, now);
  }

  async on() {
    const command = { operator: this.input.value.trim() };
    if (this.replace.checked && !this.replaceLabel.hidden) command.replace = true;
    await this.command(() => send("POST", this.path, command), () => {
      this.input.value = "";
      this.replace.checked = false;
    });
  }

  async off(name) {
    await this.command(() => send("DELETE", `${this.path}/${encodeURIComponent(name)}`), () => {});
  }

  async command(act, done) {
    show(this.problem, false);
    try {
      const receipt = await act();
      done();
      await this.onReceipt(receipt);
    } catch (error) {
      show(this.problem, true);
      setText(this.problem, error.message);
    }
  }
}
