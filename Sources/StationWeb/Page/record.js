// The footer: what the journal holds, and how far the hub has it.

import { node, setAttribute, setText, show, ViewList } from "./document.js";
import { clockText, countText, countOf, sizeText, spanText, uplinkWords } from "./words.js";

/** A line of the footer: a mark, what is so, and more of it. */
class Line {
  constructor(name) {
    this.text = node("strong", { "data-field": name });
    this.detail = node("span", { class: "detail" });
    this.root = node(
      "p",
      { class: "uplink", hidden: true },
      node("span", { class: "mark", "aria-hidden": "true" }),
      this.text,
      this.detail
    );
  }

  /** Shows the line in a tone: `good`, `calm` or `bad`. */
  update(text, detail, tone) {
    show(this.root, true);
    setText(this.text, text);
    setText(this.detail, detail);
    setAttribute(this.root, "data-tone", tone);
  }
}

/** The tone of a source that is not reached, or refuses. */
function toneOf(state) {
  const tones = { refused: "bad", away: "calm" };
  return tones[state] ?? "good";
}

class UplinkView {
  constructor(uplink) {
    this.line = new Line("uplink-state");
    this.root = this.line.root;
    setAttribute(this.root, "data-uplink", uplink.id);
  }

  update(uplink, now) {
    const words = uplinkWords(uplink, now);
    const confirmed = `${uplink.url} has confirmed ${countOf(uplink.confirmed, "record")}`;
    const detail = uplink.detail ? `${confirmed}. ${uplink.detail}` : confirmed;
    this.line.update(words.text, detail, words.tone);
  }
}

export class RecordView {
  constructor(root) {
    this.journal = new Line("journal");
    this.problem = node("p", { class: "silence", role: "alert", "data-field": "journal-problem" });
    this.none = node(
      "p",
      { class: "uplink", "data-tone": "calm" },
      node("span", { class: "mark", "aria-hidden": "true" }),
      node("strong", {}, "Recording locally, no hub is configured")
    );
    this.notices = node("p", { class: "silence", "data-field": "journal-notices" });
    this.clock = node("p", { class: "silence", "data-field": "clock-warning" });
    this.lists = new Line("lists");
    this.timestamps = new Line("timestamps");
    const uplinks = node("div", { class: "uplinks" });
    root.append(this.journal.root, this.problem, this.notices, this.clock, uplinks, this.none);
    root.append(this.lists.root, this.timestamps.root);
    this.uplinks = new ViewList(uplinks, (uplink) => uplink.id, (uplink) => new UplinkView(uplink));
  }

  update(status, now) {
    const journal = status.journal;
    const at = journal.at ? `, last ${spanText(now - Date.parse(journal.at))} ago` : "";
    const days = journal.days_left === undefined ? "" : `, room for about ${Math.floor(journal.days_left)} days`;
    const free = journal.free_bytes === undefined ? "" : `, ${sizeText(journal.free_bytes)} free`;
    this.journal.update(
      `Journal at record ${countText(journal.seq)}, ${sizeText(journal.bytes)}`,
      `${journal.path}${at}${free}${days}`,
      journal.problem ? "bad" : "good"
    );
    show(this.problem, Boolean(journal.problem));
    if (journal.problem) {
      setText(this.problem, `The journal takes no records. ${journal.problem}`);
    }
    const notices = journal.notices ?? [];
    show(this.notices, notices.length > 0);
    setText(this.notices, notices.map((notice) => `${notice[0].toUpperCase()}${notice.slice(1)}.`).join(" "));
    const warning = status.clock?.warning;
    show(this.clock, Boolean(warning));
    setText(this.clock, warning ?? "");
    this.uplinks.update(status.uplinks, now);
    show(this.none, status.uplinks.length === 0);
    this.updateLists(status.lists, now);
    this.updateTimestamps(status.timestamps, now);
  }

  /** The plant's lists in force, and whether newer ones could come. */
  updateLists(lists, now) {
    show(this.lists.root, Boolean(lists));
    if (!lists) return;
    const names = lists.in_force.map((list) => `${list.list.replace("_", " ")} ${list.revision}`);
    const text = names.length ? `Lists in force: ${names.join(", ")}` : "No list is in force";
    const source = lists.source;
    const away = source?.state === "away" && `hub away for ${spanText(now - Date.parse(source.since))}`;
    const detail = [away, source?.detail].filter(Boolean).join("; ");
    this.lists.update(text, detail, toneOf(source?.state));
  }

  /** Up to where a time-stamping authority says when records were there, and whether it still does. */
  updateTimestamps(timestamps, now) {
    show(this.timestamps.root, Boolean(timestamps));
    if (!timestamps) return;
    const last = timestamps.last;
    const text = last ? `Time-stamped up to record ${countText(last.records)}` : "No timestamp yet";
    const by = last && `${spanText(now - Date.parse(last.time))} ago by ${last.authority ?? "an authority without a name"}`;
    const isMissed = timestamps.state === "away" || timestamps.state === "refused";
    const since = isMissed && `none from ${timestamps.url} since ${clockText(Date.parse(timestamps.since), now)}`;
    const detail = [by, since, timestamps.detail].filter(Boolean).join("; ");
    this.timestamps.update(text, detail, toneOf(timestamps.state));
  }
}
