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

  /** Shows the line; where the source is not reached or refuses, its colour says so. */
  update(text, detail, state) {
    show(this.root, true);
    setText(this.text, text);
    setText(this.detail, detail.filter(Boolean).join("; "));
    const tones = { refused: "bad", away: "calm" };
    setAttribute(this.root, "data-tone", tones[state] ?? "good");
  }
}

class UplinkView {
  constructor(uplink) {
    this.text = node("strong", { "data-field": "uplink-state" });
    this.detail = node("span", { class: "detail" });
    this.root = node(
      "p",
      { class: "uplink", "data-uplink": uplink.id },
      node("span", { class: "mark", "aria-hidden": "true" }),
      this.text,
      this.detail
    );
  }

  update(uplink, now) {
    const words = uplinkWords(uplink, now);
    setAttribute(this.root, "data-tone", words.tone);
    setText(this.text, words.text);
    const confirmed = `${uplink.url} has confirmed ${countOf(uplink.confirmed, "record")}`;
    setText(this.detail, uplink.detail ? `${confirmed}. ${uplink.detail}` : confirmed);
  }
}

export class RecordView {
  constructor(root) {
    this.journal = node("strong", { "data-field": "journal" });
    this.place = node("span", { class: "detail" });
    this.problem = node("p", { class: "silence", role: "alert", "data-field": "journal-problem" });
    this.none = node(
      "p",
      { class: "uplink", "data-tone": "calm" },
      node("span", { class: "mark", "aria-hidden": "true" }),
      node("strong", {}, "Recording locally, no hub is configured")
    );
    this.line = node(
      "p",
      { class: "uplink" },
      node("span", { class: "mark", "aria-hidden": "true" }),
      this.journal,
      this.place
    );
    this.notices = node("p", { class: "silence", "data-field": "journal-notices" });
    this.clock = node("p", { class: "silence", "data-field": "clock-warning" });
    this.lists = new Line("lists");
    this.timestamps = new Line("timestamps");
    const uplinks = node("div", { class: "uplinks" });
    root.append(this.line, this.problem, this.notices, this.clock, uplinks, this.none);
    root.append(this.lists.root, this.timestamps.root);
    this.uplinks = new ViewList(uplinks, (uplink) => uplink.id, (uplink) => new UplinkView(uplink));
  }

  update(status, now) {
    const journal = status.journal;
    const at = journal.at ? `, last ${spanText(now - Date.parse(journal.at))} ago` : "";
    setText(this.journal, `Journal at record ${countText(journal.seq)}, ${sizeText(journal.bytes)}`);
    const days = journal.days_left === undefined ? "" : `, room for about ${Math.floor(journal.days_left)} days`;
    const free = journal.free_bytes === undefined ? "" : `, ${sizeText(journal.free_bytes)} free`;
    setText(this.place, `${journal.path}${at}${free}${days}`);
    setAttribute(this.line, "data-tone", journal.problem ? "bad" : "good");
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
    this.lists.update(text, [away, source?.detail], source?.state);
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
    this.timestamps.update(text, [by, since, timestamps.detail], timestamps.state);
  }
}
