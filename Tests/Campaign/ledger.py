"""What the callers of an agent were told, on disk before anybody goes on.

A line for each command that is asked for, and one for what came of it:
    {"ask": 7, "type": "binding", "members": {"station": "s-1", "lot": "L-7"}, "key": "L-7"}
    {"ask": 7, "told": "acknowledged", "seq": 12, "at": "2026-11-24T22:53:55.808603Z"}
`told` is `acknowledged`, `refused` (nothing was done, says the agent) or `open` (nobody knows). A
command without a second line is open.
"""

import json
import os
import threading


class Ledger:
    def __init__(self, path):
        self.path = str(path)
        self.file = open(self.path, "a", encoding="utf-8")
        self.lock = threading.Lock()
        self.last = 0
        self.acknowledged = 0
        self.marks = None

    def ask(self, kind, members, key):
        with self.lock:
            self.last += 1
            self._write({"ask": self.last, "type": kind, "members": members, "key": key})
            return self.last

    def tell(self, number, told, **more):
        with self.lock:
            self._write({"ask": number, "told": told, **more})
            if told == "acknowledged":
                self.acknowledged += 1
                if self.marks:
                    self.marks(number)

    def go_on_from(self, path):
        """Takes over all that another one holds; nothing was asked yet."""
        with open(path, encoding="utf-8") as file:
            self.file.write(file.read())
        asked = read(path)
        self.last = max(asked, default=0)
        self.acknowledged = sum(entry["told"] == "acknowledged" for entry in asked.values())

    def _write(self, line):
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()
        os.fdatasync(self.file.fileno())

    def close(self):
        self.file.close()


def content(entry):
    """What the record of an acknowledged command says."""
    return {**entry["members"], "type": entry["type"], "at": entry["at"]}


def read(path):
    """The commands of a ledger, by number; a last line that was cut short is left out."""
    asked = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if not line.endswith("\n"):
                break
            entry = json.loads(line)
            if "type" in entry:
                asked[entry["ask"]] = {**entry, "told": "open"}
            else:
                asked[entry["ask"]].update(entry)
    return asked
