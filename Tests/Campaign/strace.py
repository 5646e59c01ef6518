"""strace: faults at single system calls of the agent, and the count of those that struck."""

import collections
import os
import re
import subprocess
import tempfile
import time

from outcome import Skipped

# All by which the journal's files reach the disk, and which file is whose.
CALLS = ("pwrite64", "write", "ftruncate", "fsync", "fdatasync", "rename", "unlink")
DATABASE = ("", "-wal", "-shm", "-journal")
FILES = {
    "log": ("-wal", "-shm"),
    "file": ("", "-journal"),
    "anchor": (".anchor", ".anchor.new"),
    "key": (".key", ".key.new", ".key.next"),
    "copy": (".version-1", *(f".version-1.partial{suffix}" for suffix in DATABASE)),
    "folder": (),
}


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


def options(plant, inject="", file=None, more=()):
    """Of strace: the calls on the journal's files, or one of them, and what happens to one call."""
    given = ["-D", "-y", "-s", "8", "-e", "trace=" + ",".join((*CALLS, *more))]
    for path in paths(plant, [file] if file else FILES):
        given += ["-P", path]
    return given + (["-e", "inject=" + inject] if inject else [])


def paths(plant, files):
    """The paths by which strace knows these files, and whose each is."""
    found = {f"{plant.journal}{suffix}": file for file in files for suffix in FILES[file]}
    if "folder" in files:
        found[str(plant.journal.parent)] = "folder"
    return found


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
    """Of each file and call, the most that one thread made: strace counts those of each thread."""
    whose, counts = paths(plant, FILES), collections.Counter()
    for line in lines(plant):
        found = re.match(r'(\d+) +(\w+)\((?:\d+<([^>]*)>|"([^"]*)")', line)
        file = found and whose.get(found[3] or found[4])
        if file and found[2] in CALLS:
            counts[file, found[2], found[1]] += 1
    most = {}
    for (file, call, _), count in counts.items():
        most[file, call] = max(most.get((file, call), 0), count)
    return most


def told(most):
    """The counts in words."""
    return "calls of one thread: " + ", ".join(f"{count} {call} on the {file}"
                                               for (file, call), count in most.items())


def points(most, bound, count):
    """Which calls are struck: of each kind the first `bound`, or `count` in all that lie evenly."""
    every = [(file, call, number) for file in FILES for call in CALLS
             for number in range(1, min(most.get((file, call), 0), bound) + 1)]
    return every[::max(1, -(-len(every) // count))]


def struck(plant):
    """The calls that were struck."""
    return [line for line in lines(plant) if "(INJECTED" in line or "+++ killed by SIGKILL" in line]
