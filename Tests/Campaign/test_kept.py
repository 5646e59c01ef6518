"""Checks the checker on journals that were pruned, and on those that go on from another."""

import json
import time
import unittest

from backlog import grow
from clones import go_back, with_backup
from damage import last_page
from forged import SampleTests
from merkle import Tree
from outcome import Outcome

BLOCK = 256


class KeptTests(SampleTests):
    """The hub has all of it."""

    options = {"drained": True}

    def assert_sound(self):
        kinds, report = self.copy.kinds(**self.options)
        self.assertEqual(kinds, set(), report.findings)
        return report


class PrunedTests(KeptTests):
    @classmethod
    def make(cls, plant):
        plant.start_agent()
        plant.await_agent()
        with plant.load(stations=plant.stations[1:]):
            time.sleep(1)
        plant.stop_agent()
        # Blocks of nothing but frames.
        grow(plant.journal, 3 * BLOCK)
        plant.start_agent()
        plant.await_agent()

    def prune(self, frames=0):
        """Takes the frames of whole blocks out, as the agent does; gives the last block."""
        database = self.copy.database
        last, = database.execute("SELECT max(seq) FROM record").fetchone()
        blocks = last // BLOCK - 1
        count, = database.execute("SELECT count(*) FROM record WHERE seq <= ? AND seq NOT IN "
                                  "(SELECT seq FROM story)", (BLOCK * blocks,)).fetchone()
        at = "2026-01-01T00:00:00.000000Z"
        self.copy.add({"at": at, "type": "pruned", "reason": "age", "from": 1, "to": BLOCK * blocks,
                       "frames": count + frames, "first": at, "last": at, "confirmed": True})
        self.copy.mend()
        for number in range(blocks):
            begin, end = BLOCK * number + 1, BLOCK * (number + 1)
            tree, leaves = Tree(), b""
            for (leaf,) in database.execute("SELECT leaf FROM record WHERE seq BETWEEN ? AND ? "
                                            "ORDER BY seq", (begin, end)).fetchall():
                tree.append(leaf)
                leaves += leaf
            stays = database.execute("SELECT 1 FROM story WHERE seq BETWEEN ? AND ?",
                                     (begin, end)).fetchone()
            database.execute("INSERT INTO pruned VALUES (?, ?, ?)",
                             (number, tree.root, leaves if stays else None))
        database.execute("DELETE FROM record WHERE seq <= ? AND seq NOT IN (SELECT seq FROM story)",
                         (BLOCK * blocks,))
        return blocks - 1

    def test_a_pruned_journal_passes(self):
        self.prune()
        kept = self.copy.database.execute("SELECT count(leaves), count(*) FROM pruned").fetchone()
        self.assertLess(0, kept[0])
        self.assertLess(kept[0], kept[1])
        self.assertGreater(self.assert_sound().acknowledged, 10)

    def test_a_frame_that_is_missing_after_what_was_pruned_is_named(self):
        block = self.prune()
        self.copy.database.execute("DELETE FROM record WHERE seq = (SELECT max(seq) FROM record "
                                   "WHERE seq NOT IN (SELECT seq FROM story) AND seq > ?)",
                                   (BLOCK * (block + 1),))
        self.assert_found("hole")

    def test_a_command_that_was_pruned_with_the_frames_is_lost(self):
        seq = self.copy.bodies("binding")[0][0]
        self.copy.database.execute("DELETE FROM story WHERE seq = ?", (seq,))
        self.prune()
        self.assert_found("lost")

    def test_more_frames_gone_than_the_record_says_are_named(self):
        self.prune(frames=-1)
        self.assert_found("pruned")

    def test_another_root_of_a_block_is_named(self):
        block = self.prune()
        self.copy.database.execute("UPDATE pruned SET root = zeroblob(32) WHERE number = ?",
                                   (block,))
        self.assert_found("node")

    def test_another_hash_of_what_stayed_is_named(self):
        self.prune()
        self.copy.database.execute(
            "UPDATE pruned SET leaves = CAST(zeroblob(32) || substr(leaves, 33) AS BLOB) "
            "WHERE number = 0")
        self.assert_found("pruned")

    def test_pruning_that_no_record_tells_of_is_named(self):
        self.prune()
        seq, body = self.copy.bodies("pruned")[0]
        self.copy.write(seq, body.replace('"pruned"', '"pruning"'))
        self.assert_found("pruned")

    def test_another_frame_at_the_hub_than_was_pruned_is_named(self):
        block = self.prune()
        body, = self.copy.hub.execute("SELECT body FROM record WHERE position = ?",
                                      (1 << 40 | BLOCK * block + 9,)).fetchone()
        self.copy.write_at_hub(BLOCK * block + 9, body.replace(b'"span":100', b'"span":101'))
        self.assert_found("hub")

    def test_frames_that_were_pruned_and_the_hub_has_not_are_named(self):
        self.prune()
        self.copy.roll_hub_back(BLOCK + 9)
        self.assert_found("released")


class ContinuedTests(KeptTests):
    @classmethod
    def make(cls, plant):
        plant.start_agent()
        plant.await_agent()
        with plant.load(pause=0.02):
            time.sleep(1)
            plant.await_drained()
            plant.stop_agent()
        last_page(plant, None)
        plant.start_agent()
        plant.await_agent()
        with plant.load(pause=0.02):
            time.sleep(0.5)

    def setUp(self):
        super().setUp()
        self.said = json.loads(self.copy.bodies("opening")[0][1])["continues"]

    def acknowledge(self, seq):
        """A command that was acknowledged when the journal before was new, and that nobody has."""
        first, = self.copy.hub.execute("SELECT body FROM record WHERE position = ?",
                                       (1 << 40 | 1,)).fetchone()
        with open(self.copy.folder / "ledger", "a", encoding="utf-8") as file:
            file.write(json.dumps({"ask": 9_999, "type": "binding", "key": "L",
                                   "members": {"station": "s-1", "lot": "L"}}) + "\n")
            file.write(json.dumps({"ask": 9_999, "told": "acknowledged", "seq": seq,
                                   "at": json.loads(first)["at"]}) + "\n")

    def test_a_journal_that_goes_on_from_a_damaged_one_passes(self):
        self.assertGreater(self.assert_sound().acknowledged, 10)

    def test_the_file_that_was_set_aside_is_missed(self):
        for path in self.copy.folder.glob("journal.sqlite.kept-1*"):
            path.unlink()
        self.assert_found("kept")

    def test_what_is_said_to_be_good_and_is_nowhere_is_lost(self):
        self.acknowledge(2)
        self.assert_found("lost")

    def test_what_is_said_to_be_lost_is_told(self):
        _, body = self.copy.bodies("opening")[0]
        record = json.loads(body)
        record["continues"]["lost"] = 9
        self.copy.write(1, json.dumps(record))
        self.acknowledge(self.said["seq"] + 1)
        kinds, report = self.copy.kinds()
        self.assertNotIn("lost", kinds)
        self.assertGreater(report.told, 0)

    def test_another_byte_of_the_journal_before_at_the_hub_is_named(self):
        self.copy.hub.execute("UPDATE record SET body = CAST(body || ' ' AS BLOB) "
                              "WHERE position = ?", (1 << 40 | 9,))
        self.assert_found("hub")

    def test_a_hub_that_lacks_good_records_of_the_journal_before_is_named(self):
        self.copy.roll_hub_back(self.said["seq"] - 1)
        self.assert_found("hub")


class CarriedTests(KeptTests):
    """What a restored copy recorded while the hub was away is recorded anew for the hub."""

    @classmethod
    def make(cls, plant):
        plant.kill(plant.hub)
        with with_backup(plant) as backup:
            outcome = Outcome("a restored copy")
            go_back(outcome, plant, backup, is_away=True)
        plant.await_drained(90)
        assert not outcome.failed, outcome.notes

    def test_a_journal_that_goes_on_from_a_restored_copy_passes(self):
        self.assertGreater(self.assert_sound().acknowledged, 10)


if __name__ == "__main__":
    unittest.main()
