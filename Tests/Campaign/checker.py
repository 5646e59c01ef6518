"""Judges what is left after a fault: checker.py [--drained] JOURNAL [HUB [LEDGER]]

Reads the agent's journal, its anchor, the hub's file and the ledger of what was acknowledged;
shares no code with the agent. Prints one line for each invariant that is broken, with the record's
number, and ends with status 1 if there is any. `--drained` says that the hub must hold everything.
"""

import argparse
import base64
import collections
import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3
import sys
import tempfile

import ledger as ledgers
from before import Before, identity
from files import hub_records, opened
from frames import Frames
from merkle import Tree, leaf_hash
from pruned import Pruned

NODE_LEVELS = 8   # of the tree's levels, every eighth is stored
KEYS = {"binding": "lot", "material_load": "lot", "unit": "serial", "consumption": "input",
        "crew": "operator"}


@dataclasses.dataclass
class Report:
    """What was found; of each kind of finding at most 20 are kept in words."""

    records: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    told: int = 0   # acknowledged, lost with the file, and said to be lost by the next journal
    counts: collections.Counter = dataclasses.field(default_factory=collections.Counter)
    findings: list = dataclasses.field(default_factory=list)

    def add(self, kind, seq, text):
        self.counts[kind] += 1
        if kind == "lost":
            self.lost += 1
        if kind == "doubled":
            self.doubled += 1
        if self.counts[kind] <= 20:
            self.findings.append(f"{kind}: record {seq} {text}" if seq else f"{kind}: {text}")

    @property
    def violations(self):
        return sum(self.counts.values())


def has_table(path, name):
    """Whether a file is there, and its creation was completed."""
    if not os.path.exists(path):
        return False
    with contextlib.closing(opened(path)) as database:
        return bool(database.execute("SELECT 1 FROM sqlite_schema WHERE name = ?",
                                     (name,)).fetchone())


def readable(path, stack):
    """The file itself; or a copy, where a rollback journal must be played back first, for which
    SQLite writes."""
    if not os.path.exists(f"{path}-journal"):
        return path
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    for suffix in ("", "-journal", "-wal", ".anchor"):
        if os.path.exists(path + suffix):
            shutil.copy(path + suffix, os.path.join(folder, "copy" + suffix))
    with contextlib.closing(sqlite3.connect(os.path.join(folder, "copy"))) as database:
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return os.path.join(folder, "copy")


class Checker:
    """One judgement.

    `known`: which commands of the ledger had been answered, where not all had.
    `drained`: the hub must hold everything. `restored`: it may hold less than it has confirmed.
    `frames`: whether what frames say is looked at, which takes most of the time.
    """

    def __init__(self, journal, hub=None, ledger=None, known=None, drained=False, restored=False,
                 frames=True):
        self.journal, self.hub, self.ledger, self.known = str(journal), hub, ledger, known
        self.folder = os.path.dirname(os.path.abspath(self.journal))
        self.drained, self.restored, self.frames = drained, restored, frames
        self.report = Report()
        self.roots = {}
        self.acknowledged = {}   # seq: what the ledger says of it
        self.keys = collections.defaultdict(list)
        self.story = set()       # seq and type of what is no frame
        self.tree = Tree()
        self.opening = self.pruned = self.hub_now = None
        self.cursors = []

    def check(self, integrity=True):
        asked = ledgers.read(self.ledger) if self.ledger else {}
        for entry in asked.values():
            if self.known is not None and entry["ask"] not in self.known:
                entry["told"] = "open"
        self.report.acknowledged = sum(entry["told"] == "acknowledged" for entry in asked.values())
        try:
            with contextlib.ExitStack() as stack:
                self.journal = readable(self.journal, stack)
                self.read_cursors()
                if self.hub and has_table(self.hub, "journal"):
                    # Its state after what counts as confirmed, and before the records, of which
                    # there can only be more at the agent.
                    self.hub_now = stack.enter_context(contextlib.closing(opened(self.hub)))
                    self.hub_now.execute("BEGIN")
                    self.hub_now.execute("SELECT count(*) FROM journal").fetchone()
                self.check_all(asked, integrity)
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            self.report.add("unreadable", None, f"{type(error).__name__}: {error}")
        return self.report

    def read_cursors(self):
        if has_table(self.journal, "cursor"):
            with contextlib.closing(opened(self.journal)) as database:
                self.cursors = database.execute("SELECT size, root FROM cursor").fetchall()

    def check_all(self, asked, integrity):
        told = [entry for entry in asked.values() if entry["told"] == "acknowledged"]
        is_there = has_table(self.journal, "head")
        if is_there:
            with contextlib.closing(opened(self.journal)) as database:
                self.opening, since = identity(database)
            if "continues" in self.opening:
                # What was acknowledged before this journal began is in those that it goes on from.
                earlier = [entry for entry in told if entry["at"] < since]
                told = [entry for entry in told if entry["at"] >= since]
                Before(self.folder, self.hub, self.report, self.drained).check(
                    self.opening, since, earlier)
        for entry in told:
            self.acknowledge(entry)
        if not is_there:
            self.check_nothing()
            return
        self.check_journal(integrity)
        self.check_asked(asked)
        if self.hub_now:
            self.check_hub(self.hub_now)

    def acknowledge(self, entry):
        if entry["seq"] in self.acknowledged:
            self.report.add("doubled", entry["seq"], "was acknowledged for two commands")
        self.acknowledged[entry["seq"]] = entry

    def check_nothing(self):
        """Only a journal of which nobody knows yet may be missing."""
        if self.anchor():
            self.report.add("anchor", self.anchor()["seq"], "is anchored; there is no journal")
        self.lose(self.acknowledged)

    # The agent's journal and its anchor

    def check_journal(self, integrity):
        anchor = self.anchor()
        with contextlib.closing(opened(self.journal)) as database:
            # One transaction: the agent may be writing meanwhile.
            database.execute("BEGIN")
            if integrity:
                verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
                if verdict != b"ok":
                    self.report.add("corrupt", None, f"SQLite says {verdict.decode()}")
            stops = {size for size, _ in self.cursors}
            stops.add(anchor["seq"] if anchor else 0)
            if self.hub_now:
                stops |= {size for (size,) in self.hub_now.execute("SELECT size FROM journal")}
            self.read_records(database, stops)
            self.check_head(database, anchor)
        for seq, entry in self.acknowledged.items():
            if seq > self.tree.size:
                self.report.add("lost", seq, f"is not there; it was acknowledged for a "
                                f"{entry['type']} {entry['key']}")

    def anchor(self):
        path = self.journal + ".anchor"
        if not os.path.exists(path):
            return None
        with open(path, "rb") as file:
            return json.load(file)

    def read_records(self, database, stops):
        frames = Frames(self.report.add)
        nodes = self.nodes(database)
        rows = database.execute("SELECT seq, CAST(body AS BLOB), leaf FROM record ORDER BY seq")
        self.pruned = Pruned(database, self.report.add)
        expected = 1
        for seq, body, leaf in rows:
            if seq != expected:
                self.lose(range(expected, seq))
                for subtree, level in self.pruned.instead(expected, seq):
                    self.grow(subtree, level, seq, nodes, stops)
                    expected += 1 << level
                frames.forget()
            if seq != expected:
                self.report.add("hole", seq, f"follows record {expected - 1}")
            expected = seq + 1
            if leaf_hash(body) != leaf:
                self.report.add("hash", seq, "is not what its leaf hash says")
            self.pruned.compare(seq, leaf_hash(body))
            self.read_record(seq, body, frames)
            self.grow(leaf_hash(body), 0, seq, nodes, stops)
        self.roots[self.tree.size] = self.tree.root
        self.report.records = self.tree.size
        self.pruned.finish()
        for level, number in nodes or ():
            self.report.add("node", None, f"subtree {level}/{number} is stored and not complete")

    def grow(self, subtree, level, seq, nodes, stops):
        for made in self.tree.append(subtree, level):
            self.pruned.complete(*made)
            if nodes is not None and made[0] % NODE_LEVELS == 0:
                if nodes.pop(made[:2], None) != made[2]:
                    self.report.add("node", seq, f"completes subtree {made[0]}/{made[1]}, whose "
                                    "hash is not stored, or is another")
        if self.tree.size in stops:
            self.roots[self.tree.size] = self.tree.root

    @staticmethod
    def nodes(database):
        # Before, they are not there, or not all of them yet.
        if database.execute("PRAGMA user_version").fetchone()[0] < 2:
            return None
        rows = database.execute("SELECT level, number, hash FROM node")
        return {(level, number): value for level, number, value in rows}

    def lose(self, seqs):
        for seq in seqs:
            if seq in self.acknowledged:
                self.report.add("lost", seq, "was acknowledged and is not there")

    def read_record(self, seq, body, frames):
        if not self.frames and body.startswith(b'{"type":"frame"') and seq not in self.acknowledged:
            return
        record = json.loads(body)
        if record["seq"] != seq:
            self.report.add("content", seq, f"says that it is {record['seq']}")
        kind = record["type"]
        if kind == "opening" and seq != 1:
            self.report.add("content", seq, "opens the journal anew")
        elif kind == "pruned":
            self.pruned.take(record)
        elif kind == "checkpoint":
            self.check_note(seq, record["note"])
        if kind != "frame":
            self.story.add((seq, kind))
        key = KEYS.get(kind)
        if key in record:
            self.keys[kind, record[key]].append(seq)
        entry = self.acknowledged.get(seq)
        if entry:
            self.compare(record, entry)
        if self.frames:
            frames.take(record)

    def compare(self, record, entry):
        """The content that was acknowledged is the content that is there."""
        for name, value in ledgers.content(entry).items():
            if record.get(name) != value:
                self.report.add("lost", record["seq"], f"has {name} {record.get(name)!r}; "
                                f"acknowledged was {value!r}")
                return

    def check_note(self, seq, note):
        """A checkpoint signs the root of what is before it (C2SP tlog-checkpoint)."""
        _, size, root = note.split("\n")[:3]
        if int(size) != self.tree.size or base64.b64decode(root) != self.tree.root:
            self.report.add("checkpoint", seq, f"signs another root at {size}")

    def check_head(self, database, anchor):
        heads = database.execute("SELECT size, root, frontier FROM head").fetchall()
        if heads != [(self.tree.size, self.tree.root, self.tree.frontier)]:
            self.report.add("root", self.tree.size, "is the last one, and its root is not that of "
                            "the head")
        story = {(seq, kind.decode()) for seq, kind in database.execute("SELECT * FROM story")}
        for seq, kind in sorted(story ^ self.story):
            self.report.add("story", seq, f"is wrongly in the index as {kind}, or not in it")
        for size, root in self.cursors:
            if self.roots.get(size) != root:
                self.report.add("cursor", size, "was confirmed with another root")
        if not anchor:
            return
        if anchor["seq"] > self.tree.size:
            self.report.add("anchor", anchor["seq"], f"is anchored; the last is {self.tree.size}")
        elif self.roots[anchor["seq"]].hex() != anchor["root"]:
            self.report.add("anchor", anchor["seq"], "is anchored with another root")

    # What was asked for

    def check_asked(self, asked):
        """Nothing is there twice, and nothing of which the agent said that it is not."""
        for (kind, key), seqs in self.keys.items():
            if len(seqs) > 1 and kind in ("binding", "consumption"):
                self.report.add("doubled", seqs[1], f"is {kind} {key}, as is record {seqs[0]}")
        for entry in asked.values():
            if entry["told"] == "refused" and self.keys.get((entry["type"], entry["key"])):
                seqs = self.keys[entry["type"], entry["key"]]
                self.report.add("refused", seqs[0], f"is {entry['type']} {entry['key']}, and the "
                                "agent said that it was not recorded")

    # The hub

    def check_hub(self, hub):
        with contextlib.closing(opened(self.journal)) as agent:
            row = hub.execute("SELECT id, size, root FROM journal WHERE agent = ? AND journal = ?",
                              (self.opening["agent"], self.opening["journal"])).fetchone()
            if row is None:
                if self.drained:
                    self.report.add("hub", None, "the hub holds nothing of the journal")
                return
            number, size, root = row
            if self.roots.get(size) != root:
                self.report.add("hub", size, "has another root at the hub")
            if self.drained and size != self.tree.size:
                self.report.add("hub", size, f"is the hub's last; the agent's is {self.tree.size}")
            self.compare_records(hub, agent, number, size)
            if not self.restored:
                for cursor, _ in self.cursors:
                    if cursor > size:
                        self.report.add("released", cursor, "counts as confirmed; the hub's last "
                                        f"is {size}")

    def compare_records(self, hub, agent, number, size):
        ours = agent.execute("SELECT seq, CAST(body AS BLOB), leaf FROM record WHERE seq <= ? "
                             "AND seq > ? ORDER BY seq", (size, self.pruned.size))
        count, block = 0, Tree()
        for (seq, body, leaf) in hub_records(hub, number):
            count += 1
            mine = (seq, body, leaf_hash(body)) if seq <= self.pruned.size else ours.fetchone()
            if mine is None or seq != count:
                self.report.add("hub", seq, f"stands at the hub in place {count}")
                return
            if mine != (seq, body, leaf):
                self.report.add("hub", seq, "has other bytes at the hub")
            if seq <= self.pruned.size:
                # Its frames are gone here; what was kept of them is the root of each block.
                for made in block.append(leaf):
                    if made[0] == NODE_LEVELS and made[2] != self.pruned.roots.get(made[1]):
                        self.report.add("hub", seq, "ends a block with another root at the hub")
        if not self.restored and size < self.pruned.confirmed:
            self.report.add("released", size, "is the hub's last, and frames up to "
                            f"{self.pruned.confirmed} were pruned as confirmed")
        if count != size:
            self.report.add("hub", count, f"is the hub's last record; it says that it has {size}")


def main():
    parser = argparse.ArgumentParser(prog="checker.py")
    parser.add_argument("--drained", action="store_true")
    parser.add_argument("journal")
    parser.add_argument("hub", nargs="?")
    parser.add_argument("ledger", nargs="?")
    given = parser.parse_args()
    report = Checker(given.journal, given.hub, given.ledger,
                     drained=given.drained).check()
    for finding in report.findings:
        print(finding)
    print(f"{report.records} records, {report.acknowledged} acknowledged, {report.lost} lost, "
          f"{report.doubled} doubled, {report.violations} violations")
    sys.exit(1 if report.violations else 0)


if __name__ == "__main__":
    main()
