"""Copies of a sound journal that a test alters, and makes its hashes right as a forger would."""

import json
import pathlib
import shutil
import sqlite3
import tempfile
import unittest

from checker import Checker
from merkle import Tree, leaf_hash
from plant import Plant


class SampleTests(unittest.TestCase):
    """Each test has a copy of one sample, which `make` lets a plant make beside its hub."""

    options = {}

    @classmethod
    def setUpClass(cls):
        cls.sample = pathlib.Path(tempfile.mkdtemp(prefix="lotline-checker-"))
        with Plant(oven=False) as plant:
            plant.start_hub()
            cls.make(plant)
            plant.settle()
            plant.kill(plant.hub)
            leave(plant, cls.sample)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.sample)

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.copy = Copy(self.sample, pathlib.Path(self.folder.name))

    def tearDown(self):
        self.folder.cleanup()

    def assert_found(self, kind, **more):
        kinds, report = self.copy.kinds(**self.options, **more)
        self.assertIn(kind, kinds, report.findings)


def leave(plant, folder):
    """Copies what a plant that stands still has made, with nothing left in write-ahead logs."""
    for path in (plant.journal, plant.hub_file):
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
    for path in plant.folder.glob("*"):
        if path.is_file():
            shutil.copy(path, folder)


class Copy:
    """A copy of the sample that may be altered; `mend` makes its hashes right again."""

    def __init__(self, sample, folder):
        for path in [*sample.glob("journal.sqlite*"), sample / "hub.sqlite", sample / "ledger"]:
            shutil.copy(path, folder)
        self.folder = folder
        self.database = sqlite3.connect(folder / "journal.sqlite", isolation_level=None)
        self.hub = sqlite3.connect(folder / "hub.sqlite", isolation_level=None)
        for database in (self.database, self.hub):
            database.execute("PRAGMA synchronous = OFF")
        for (name,) in self.database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            self.database.execute(f"DROP TRIGGER {name}")

    def bodies(self, kind):
        return self.database.execute(
            "SELECT seq, body FROM record WHERE json_extract(body, '$.type') = ? ORDER BY seq",
            (kind,)).fetchall()

    def write(self, seq, body):
        self.database.execute("UPDATE record SET body = ?, leaf = ? WHERE seq = ?",
                              (body, leaf_hash(body.encode()), seq))

    def mend(self, hub=True):
        """Makes head, anchor, nodes, cursor and hub agree with the records, as a forger would."""
        tree, nodes = Tree(), []
        for (body,) in self.database.execute("SELECT body FROM record ORDER BY seq").fetchall():
            nodes += [node for node in tree.append(leaf_hash(body.encode())) if node[0] % 8 == 0]
        values = (tree.size, tree.root, tree.frontier)
        self.database.execute("UPDATE head SET size = ?, root = ?, frontier = ?", values)
        self.database.execute("UPDATE cursor SET size = ?, root = ?, frontier = ?", values)
        if self.database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'node'").fetchone():
            self.database.execute("DELETE FROM node")
            self.database.executemany("INSERT INTO node VALUES (?, ?, ?)", nodes)
        self.anchor(tree.size, tree.root)
        if hub:
            number, = self.hub.execute("SELECT max(id) FROM journal").fetchone()
            self.hub.execute("UPDATE journal SET size = ?, root = ?, frontier = ? WHERE id = ?",
                             (*values, number))
            self.hub.execute("DELETE FROM record WHERE position >= ?", (number << 40,))
            self.hub.executemany("INSERT INTO record VALUES (?, ?, ?)", [
                (number << 40 | seq, body.encode(), leaf) for seq, body, leaf in
                self.database.execute("SELECT seq, body, leaf FROM record")])

    def write_at_hub(self, seq, body):
        """Changes a record at the hub, and the hub's root with it."""
        self.hub.execute("UPDATE record SET body = ?, leaf = ? WHERE position = ?",
                         (body, leaf_hash(body), 1 << 40 | seq))
        self.roll_hub_back(None)

    def roll_hub_back(self, size):
        """Takes from the first journal at the hub what it has after `size`."""
        self.hub.execute("DELETE FROM record WHERE position > ? AND position < 2 << 40",
                         (1 << 40 | (size or (1 << 40) - 1),))
        tree = Tree()
        for (leaf,) in self.hub.execute("SELECT leaf FROM record WHERE position < 2 << 40 "
                                        "ORDER BY position"):
            tree.append(leaf)
        self.hub.execute("UPDATE journal SET size = ?, root = ?, frontier = ? WHERE id = 1",
                         (tree.size, tree.root, tree.frontier))

    def anchor(self, seq, root):
        path = self.folder / "journal.sqlite.anchor"
        path.write_text(json.dumps({**json.loads(path.read_text()), "seq": seq,
                                    "root": root.hex()}))

    def kinds(self, **more):
        self.database.close()
        self.hub.close()
        report = Checker(self.folder / "journal.sqlite", self.folder / "hub.sqlite",
                         self.folder / "ledger", **more).check()
        return set(report.counts), report

    def add(self, record):
        """Appends a record, with what it says of itself."""
        last, = self.database.execute("SELECT max(seq) FROM record").fetchone()
        body = json.dumps({**record, "seq": last + 1}, separators=(",", ":"))
        self.database.execute("INSERT INTO record VALUES (?, ?, ?)",
                              (last + 1, body, leaf_hash(body.encode())))
        if record["type"] != "frame":
            self.database.execute("INSERT INTO story VALUES (?, ?)", (last + 1, record["type"]))
        return last + 1
