"""strace: faults at single system calls of the agent, and the count of those that struck."""

import collections
import os
import re
import subprocess
import tempfile
import time

from outcome import Skipped

# All by which the journal, its log and its anchor reach the disk.
CALLS = ("pwrite64", "write", "ftruncate", "fsync", "fdatasync", "rename", "unlink")
SUFFIXES = ("", "-wal", "-shm", "-journal", ".anchor", ".anchor.new", ".key", ".key.new",
            ".key.next")


def require():
    """Ends the scenario where strace may not trace."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(["strace", "-o", os.path.join(folder, "log"), "true"],
                                  capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise Skipped("there is no strace; Scripts/campaign installs it") from error
    if done.returncode:
        raise Skipped("strace says: " + done.stderr.strip()[:200])


def options(plant, inject="", more=()):
    """Of strace: the calls on the journal's files, and what happens to one of them."""
    given = ["-D", "-y", "-s", "8", "-e", "trace=" + ",".join((*CALLS, *more))]
    for path in [plant.journal.parent, *(f"{plant.journal}{suffix}" for suffix in SUFFIXES)]:
        given += ["-P", str(path)]
    return given + (["-e", "inject=" + inject] if inject else [])


def lines(plant):
    """What strace wrote down of the last run, which has ended."""
    path = plant.folder / "strace.log"
    for _ in range(200):
        found = path.read_text(errors="replace").splitlines() if path.exists() else []
        if found and found[-1].split(maxsplit=1)[-1].startswith("+++"):
            return found
        time.sleep(0.01)
    return found


def counted(plant):
    """Of each call, the most that one thread made: strace counts the calls of each thread."""
    counts = collections.Counter()
    for line in lines(plant):
        found = re.match(r"(\d+) +(\w+)\(", line)
        if found and found[2] in CALLS:
            counts[found[2], found[1]] += 1
    most = {}
    for (call, _), count in counts.items():
        most[call] = max(most.get(call, 0), count)
    return most


def points(most, bound, count):
    """Which calls are struck: of each kind the first `bound`, or `count` in all that lie evenly."""
    every = [(call, number) for call in CALLS
             for number in range(1, min(most.get(call, 0), bound) + 1)]
    return every[::max(1, -(-len(every) // count))]


def struck(plant):
    """The calls that were struck."""
    return [line for line in lines(plant) if "(INJECTED" in line or "+++ killed by SIGKILL" in line]
