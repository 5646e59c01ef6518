"""What became of journals that could not go on: the files set aside, and what the hub has."""

import collections
import contextlib
import json
import os
import sqlite3

import ledger as ledgers
from files import hub_records, opened
from merkle import Tree, leaf_hash


def identity(database):
    """The first record, and its time."""
    body, = database.execute("SELECT body FROM record WHERE seq = 1").fetchone()
    record = json.loads(body)
    return record, record["at"]


def is_of(entry, record):
    """Whether a record, or its bytes, is that of an acknowledged command."""
    record = json.loads(record) if isinstance(record, bytes) else record or {}
    return all(record.get(name) == value for name, value in ledgers.content(entry).items())


class Before:
    """Judges the journals that one goes on from, back to the first."""

    def __init__(self, folder, hub, report, drained):
        self.folder, self.hub, self.report, self.drained = folder, hub, report, drained
        self.anew = None   # by time, what a restored copy alone held and the hub has of it

    def check(self, opening, since, entries):
        """`entries` are those of the ledger that were acknowledged before `since`."""
        while "continues" in opening:
            said = opening["continues"]
            kept = self.kept(said)
            sent = self.sent(opening["agent"], said)
            first = kept(1) or sent.get(1)
            if said["reason"] == "carried":
                # What comes before it has these records under the numbers that were acknowledged.
                self.anew = collections.defaultdict(list)
                for body in sent.values():
                    record = json.loads(body)
                    self.anew[record["at"]].append(record)
                if first is None:
                    return
                opening = json.loads(first)
                continue
            begin = json.loads(first)["at"] if first else ""
            for entry in entries:
                if begin <= entry["at"] < since:
                    self.find(entry, said, kept, sent)
            if first is None:
                return
            opening, since, self.anew = json.loads(first), begin, None

    def find(self, entry, said, kept, sent):
        """It is at the hub or in the file that was kept, or was said to be lost."""
        seq = entry["seq"]
        if is_of(entry, sent.get(seq)):
            return
        if is_of(entry, kept(seq)):
            anew = self.anew[entry["at"]] if self.anew is not None else []
            if self.anew is not None and self.drained and not any(is_of(entry, r) for r in anew):
                self.report.add("hub", seq, f"of {said.get('file')} alone was not recorded anew")
            return
        if said["seq"] < seq <= said["seq"] + said.get("lost", 0):
            self.report.told += 1
        else:
            self.report.add("lost", seq, f"of journal {said.get('journal')} is neither at the hub "
                            f"nor in {said.get('file')}; up to {said['seq']} all is said to be "
                            "good")

    def kept(self, said):
        """The records of the file that was set aside, as far as they can be read."""
        path = os.path.join(self.folder, said["file"]) if "file" in said else None
        if path is None:
            return lambda seq: None
        if not os.path.exists(path) and not os.path.exists(path + "-wal") \
                and not os.path.exists(path + ".anchor"):
            self.report.add("kept", None, f"{said['file']} is not there, as the journal says")

        def record(seq):
            try:
                with contextlib.closing(opened(path)) as database:
                    row = database.execute("SELECT CAST(body AS BLOB), leaf FROM record "
                                           "WHERE seq = ?", (seq,)).fetchone()
            except sqlite3.Error:
                return None
            return row[0] if row and leaf_hash(row[0]) == row[1] else None
        return record

    def sent(self, agent, said):
        """The records that the hub has of it: they must be 1 … n, with the root that is said."""
        if not self.hub or not os.path.exists(self.hub) or "journal" not in said:
            return {}
        with contextlib.closing(opened(self.hub)) as hub:
            row = hub.execute("SELECT id, size, root FROM journal WHERE agent = ? AND journal = ?",
                              (agent, said["journal"])).fetchone()
            if row is None:
                if self.drained and said["seq"]:
                    self.report.add("hub", said["seq"], "is good, and the hub has nothing of it")
                return {}
            return self.read(hub, row, said)

    def read(self, hub, row, said):
        number, size, root = row
        tree, sent = Tree(), {}
        for seq, body, leaf in hub_records(hub, number):
            tree.append(leaf)
            if seq != tree.size or leaf_hash(body) != leaf or json.loads(body)["seq"] != seq:
                self.report.add("hub", seq, f"of journal {said['journal']} is not in its place, or "
                                "not what its hash says")
                return sent
            if not body.startswith(b'{"type":"frame"') or seq == 1:
                sent[seq] = body
            # A copy that was restored has other records under the same numbers.
            if (seq, said["reason"] != "forked") == (said["seq"], True) \
                    and tree.root.hex() != said["root"]:
                self.report.add("hub", seq, f"has another root at the hub than is said of journal "
                                f"{said['journal']}")
        if (tree.size, tree.root) != (size, root):
            self.report.add("hub", size, f"is the last of journal {said['journal']} at the hub, "
                            f"which holds {tree.size}, or has another root")
        if self.drained and size < said["seq"] and said["reason"] != "forked":
            self.report.add("hub", size, f"is the hub's last of journal {said['journal']}; "
                            f"{said['seq']} are good")
        return sent
