"""Checks the checker: a sound journal passes, and each alteration of a copy is named.

test_checker.py [NAME …]: makes one journal with the built programs, and alters copies of it.
"""

import base64
import json
import pathlib
import re
import time
import unittest

import ledger as ledgers
from forged import Copy, SampleTests
from frames import decoded, encoded
from merkle import Tree, leaf_hash, node_hash


class CheckerTests(SampleTests):
    @classmethod
    def make(cls, plant):
        plant.start_agent()
        plant.await_agent()
        with plant.load():
            time.sleep(1.5)

    def some(self, kind, place=2):
        seq, body = self.copy.bodies(kind)[place]
        return seq, json.loads(body)

    def change(self, kind, place=2, **members):
        seq, record = self.some(kind, place)
        self.copy.write(seq, json.dumps({**record, **members}))
        self.copy.mend()

    def test_a_sound_journal_passes(self):
        kinds, report = self.copy.kinds(drained=True)
        self.assertEqual(kinds, set(), report.findings)
        self.assertGreater(report.acknowledged, 20)
        self.assertGreater(report.records, report.acknowledged)

    def test_a_forged_copy_is_only_found_by_what_it_says(self):
        self.copy.mend()
        kinds, report = self.copy.kinds(drained=True)
        self.assertEqual(kinds, set(), report.findings)

    def test_a_row_that_was_dropped_is_named(self):
        seq, _ = self.some("binding")
        self.copy.database.execute("DELETE FROM record WHERE seq = ?", (seq,))
        kinds, report = self.copy.kinds()
        self.assertLessEqual({"hole", "lost", "root", "hub"}, kinds)
        self.assertIn(f"hole: record {seq + 1} follows record {seq - 1}", report.findings)

    def test_an_altered_byte_is_named(self):
        seq, record = self.some("binding")
        body = json.dumps({**record, "work_order": "WO-2"})
        self.copy.database.execute("UPDATE record SET body = ? WHERE seq = ?", (body, seq))
        kinds, report = self.copy.kinds()
        self.assertLessEqual({"hash", "lost", "root", "hub"}, kinds)
        self.assertIn(f"hash: record {seq} is not what its leaf hash says", report.findings)

    def test_an_altered_byte_with_all_hashes_mended_is_lost_by_the_ledger(self):
        self.change("binding", work_order="WO-2")
        self.assert_found("lost")

    def test_a_doubled_command_is_named(self):
        _, record = self.some("consumption")
        last, = self.copy.database.execute("SELECT max(seq) FROM record").fetchone()
        body = json.dumps({**record, "seq": last + 1})
        self.copy.database.execute("INSERT INTO record VALUES (?, ?, ?)",
                                   (last + 1, body, leaf_hash(body.encode())))
        self.copy.database.execute("INSERT INTO story VALUES (?, 'consumption')", (last + 1,))
        self.copy.mend()
        self.assert_found("doubled")

    def test_a_doubled_frame_is_named(self):
        seq, record = self.some("frame", -1)
        last, = self.copy.database.execute("SELECT max(seq) FROM record").fetchone()
        body = json.dumps({**record, "seq": last + 1}, separators=(",", ":"))
        self.copy.database.execute("INSERT INTO record VALUES (?, ?, ?)",
                                   (last + 1, body, leaf_hash(body.encode())))
        self.copy.mend()
        self.assert_found("doubled")

    def test_two_that_were_swapped_are_named(self):
        (one, first), (two, second) = self.copy.bodies("frame")[:2]
        self.copy.write(one, second)
        self.copy.write(two, first)
        self.copy.mend()
        self.assert_found("content")

    def test_a_frame_bound_to_another_lot_is_named(self):
        place = next(place for place, (_, body) in enumerate(self.copy.bodies("frame"))
                     if json.loads(body)["bind"] != [None])
        self.change("frame", place, bind=[self.some("binding", 0)[0] + 10_000])
        self.assert_found("bind")

    def test_a_frame_bound_to_none_in_a_lot_is_named(self):
        place = max(place for place, (_, body) in enumerate(self.copy.bodies("frame"))
                    if json.loads(body)["bind"] != [None])
        self.change("frame", place, bind=[None])
        self.assert_found("bind")

    def whole_frame(self):
        """Place and content of a frame that no busy machine has left without values."""
        return next((place, record) for place, record in enumerate(
            json.loads(body) for _, body in self.copy.bodies("frame"))
            if place > 1 and None not in record["v"])

    def test_a_value_of_another_register_is_named(self):
        place, record = self.whole_frame()
        values = record["v"]
        values[3] = values[4]
        self.change("frame", place, v=values)
        self.assert_found("value")

    def test_a_value_of_an_older_request_is_named(self):
        place, record = self.whole_frame()
        unit = next(unit for unit in range(1, 5)
                    if decoded(int(record["v"][0]), unit)[0] == 0)
        count = decoded(int(record["v"][0]), unit)[1]
        values = record["v"]
        self.change("frame", place, v=[values[0], encoded(1, unit, count - 1), *values[2:]])
        self.assert_found("value")

    def test_a_frame_that_is_missing_without_a_gap_record_is_named(self):
        """Frames of one machine are taken out and the numbers closed, by somebody who can."""
        frames = [(seq, json.loads(body)) for seq, body in self.copy.bodies("frame")]
        layout = frames[-1][1]["layout"]
        own = [seq for seq, record in frames if record["layout"] == layout]
        # A frame is made one of another layout's kind: here it is as if it had never been.
        for seq in own[5:11]:
            self.copy.write(seq, json.dumps({"at": "2026-01-01T00:00:00.000000Z", "seq": seq,
                                             "type": "event", "event": "lot_cleared"}))
        self.copy.mend()
        self.assert_found("gap")

    def test_a_tail_that_was_removed_is_named(self):
        last, = self.copy.database.execute("SELECT max(seq) FROM record").fetchone()
        path = self.copy.folder / "journal.sqlite.anchor"
        before = path.read_text()
        seq = self.copy.bodies("binding")[-1][0]
        self.copy.database.execute("DELETE FROM record WHERE seq >= ?", (seq,))
        self.copy.database.execute("DELETE FROM story WHERE seq >= ?", (seq,))
        self.copy.mend(hub=False)
        path.write_text(before)
        self.copy.anchor(last, b"\0" * 32)
        kinds, report = self.copy.kinds()
        self.assertLessEqual({"lost", "anchor", "hub"}, kinds)
        self.assertIn("lost", " ".join(report.findings))

    def test_an_anchor_with_another_root_is_named(self):
        self.copy.anchor(self.some("binding", 0)[0], b"\1" * 32)
        self.assert_found("anchor")

    def test_an_anchor_that_was_rolled_back_is_no_violation_and_a_false_one_is(self):
        tree = Tree()
        for (body,) in self.copy.database.execute("SELECT body FROM record WHERE seq <= 5"):
            tree.append(leaf_hash(body.encode()))
        self.copy.anchor(5, tree.root)
        self.assertEqual(self.copy.kinds()[0], set())
        self.copy = Copy(self.sample, pathlib.Path(self.folder.name))
        self.copy.anchor(6, tree.root)
        self.assert_found("anchor")

    def test_a_record_that_the_agent_refused_and_wrote_is_named(self):
        asked = next(entry for entry in ledgers.read(self.copy.folder / "ledger").values()
                     if entry["type"] == "consumption" and entry["told"] == "acknowledged")
        with open(self.copy.folder / "ledger", "a", encoding="utf-8") as file:
            file.write(json.dumps({"ask": asked["ask"], "told": "refused"}) + "\n")
        self.assert_found("refused")

    def test_an_acknowledgement_before_its_commit_is_named(self):
        last, = self.copy.database.execute("SELECT max(seq) FROM record").fetchone()
        with open(self.copy.folder / "ledger", "a", encoding="utf-8") as file:
            file.write(json.dumps({"ask": 9_999, "type": "binding", "key": "L",
                                   "members": {"station": "s-1", "lot": "L"}}) + "\n")
            file.write(json.dumps({"ask": 9_999, "told": "acknowledged", "seq": last + 1,
                                   "at": "2026-01-01T00:00:00.000000Z"}) + "\n")
        self.assert_found("lost")

    def test_another_byte_at_the_hub_is_named(self):
        self.copy.hub.execute("UPDATE record SET body = CAST(body || ' ' AS BLOB) "
                              "WHERE position = (SELECT max(position) - 3 FROM record)")
        self.assert_found("hub")

    def test_a_record_that_the_hub_lacks_is_named(self):
        self.copy.hub.execute("DELETE FROM record WHERE position = "
                              "(SELECT max(position) - 3 FROM record)")
        self.assert_found("hub")

    def test_a_release_of_what_the_hub_does_not_hold_is_named(self):
        """What a release on a broker's acknowledgement looks like when the hub then loses it."""
        size, = self.copy.hub.execute("SELECT size FROM journal").fetchone()
        tree = Tree()
        for (body,) in self.copy.database.execute("SELECT body FROM record WHERE seq < ?", (size,)):
            tree.append(leaf_hash(body.encode()))
        self.copy.hub.execute("DELETE FROM record WHERE position = (SELECT max(position) "
                              "FROM record)")
        self.copy.hub.execute("UPDATE journal SET size = ?, root = ?", (tree.size, tree.root))
        self.assert_found("released")

    def test_a_hub_that_is_behind_is_only_a_violation_after_the_drain(self):
        self.copy.hub.execute("DELETE FROM record")
        self.copy.hub.execute("DELETE FROM journal")
        self.copy.database.execute("DELETE FROM cursor")
        self.assertEqual(self.copy.kinds()[0], set())
        self.copy = Copy(self.sample, pathlib.Path(self.folder.name))
        self.copy.hub.execute("DELETE FROM record")
        self.copy.hub.execute("DELETE FROM journal")
        self.assert_found("hub", drained=True)

    def test_a_checkpoint_that_does_not_extend_the_last_is_named(self):
        last, = self.copy.database.execute("SELECT max(seq) FROM record").fetchone()
        note = f"lotline/a/b\n{last}\n{base64.b64encode(bytes(32)).decode()}\n\n"
        body = json.dumps({"at": "2026-01-01T00:00:00.000000Z", "seq": last + 1,
                           "type": "checkpoint", "note": note})
        self.copy.database.execute("INSERT INTO record VALUES (?, ?, ?)",
                                   (last + 1, body, leaf_hash(body.encode())))
        self.copy.mend()
        self.assert_found("checkpoint")

    def test_a_flipped_bit_of_the_file_is_named(self):
        path = self.copy.folder / "journal.sqlite"
        self.copy.database.close()
        data = bytearray(path.read_bytes())
        place = re.search(rb'{"type":"frame","seq":[0-9]+,"at"', data).end()
        data[place + 120] ^= 1
        path.write_bytes(data)
        self.assert_found("hash")


class TreeTests(unittest.TestCase):
    def test_roots_are_those_of_the_rfc(self):
        """RFC 9162's tree, by its recursive definition."""
        def root(leaves):
            if len(leaves) == 1:
                return leaves[0]
            split = 1 << (len(leaves) - 1).bit_length() - 1
            return node_hash(root(leaves[:split]), root(leaves[split:]))
        tree, leaves = Tree(), []
        for number in range(70):
            leaves.append(leaf_hash(bytes([number])))
            tree.append(leaves[-1])
            self.assertEqual(tree.root, root(leaves))


def load_tests(loader, tests, _):
    """Those of pruned journals, and of journals that go on from others, are beside this file."""
    tests.addTests(loader.loadTestsFromName("test_kept"))
    return tests


if __name__ == "__main__":
    unittest.main()
