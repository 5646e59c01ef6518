"""Errors of the disk at each call by which the agent writes, in turn; and a disk that is full."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

import strace
from outcome import Skipped, scenario
from plant import Plant, PlantError
from syscalls import session, wait

# What each call answers, and which calls; `retval=0` is a write that wrote nothing.
ERRORS = {
    "ENOSPC": ("error=ENOSPC", ("pwrite64", "write", "ftruncate")),
    "EIO": ("error=EIO", ("pwrite64", "write", "ftruncate", "rename", "unlink")),
    "short writes": ("retval=0", ("pwrite64", "write")),
    "fsync fails": ("error=EIO", ("fsync", "fdatasync")),
}
BOUND = 60
RECOVERY_SECONDS = 10
TMPFS_BYTES = 16 << 20


def play(outcomes, count):
    """Of each kind of error at most `count` calls, evenly spread over all of them."""
    most = {}
    for name, (inject, calls) in ERRORS.items():
        with scenario(name, outcomes) as outcome:
            strace.require()
            most = most or counts()
            some = {kind: number for kind, number in most.items() if kind[1] in calls}
            for file, call, number in strace.points(some, BOUND, count):
                strike(outcome, file, call, number, inject)
    with scenario("full disk", outcomes) as outcome:
        fill(outcome, max(1, count // 10))


def counts():
    """How often a session makes each call when nothing goes wrong."""
    with Plant(oven=False) as plant:
        plant.start_hub()
        session(plant, strace.options(plant))
        return strace.counted(plant)


def strike(outcome, file, call, number, inject):
    where = f"{call} {number} on the {file}: "
    with Plant(oven=False) as plant:
        plant.start_hub()
        plant.start_agent(tracer=strace.options(plant, f"{call}:{inject}:when={number}", file))
        wait(plant, 20, plant.get)
        recovers(plant, outcome, where)
        status = plant.agent.poll()
        if status is None:
            status = plant.stop_agent()
            outcome.expect(status is not None, where + "the agent did not end when it was asked to")
        else:
            outcome.expect(status > 0 and str(plant.journal.parent) in plant.last_words(),
                           f"{where}the agent ended with status {status} and did not say why: "
                           + plant.last_words())
        outcome.fired += len(strace.struck(plant)) > 0
        outcome.judge(plant.check(), where, count=False)
        go_on(plant, outcome, where)


def recovers(plant, outcome, where):
    """Commands until one is done a second after the error, or the agent has ended."""
    if plant.agent.poll() is not None:
        return
    with plant.load(pause=0.01) as load:
        wait(plant, 0.6)
        if load.failures:
            done = plant.ledger.acknowledged
            wait(plant, RECOVERY_SECONDS, lambda: plant.ledger.acknowledged > done + 4)
            outcome.expect(plant.agent.poll() is not None or plant.ledger.acknowledged > done + 4,
                           f"{where}no command was done in {RECOVERY_SECONDS} s after the error: "
                           + load.failures[-1][2])


def go_on(plant, outcome, where):
    plant.start_agent()
    try:
        plant.await_agent()
        with plant.load(pause=0.01):
            time.sleep(0.2)
        plant.settle()
    except PlantError as error:
        outcome.violate(f"{where}after a start: {error}")
        return
    outcome.judge(plant.check(drained=True), where + "after a start: ")


# A file system that is really full: writes are cut short in the middle of a page

@contextlib.contextmanager
def small_disk():
    folder = tempfile.mkdtemp(prefix="lotline-full-")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs", folder],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        os.rmdir(folder)
        raise Skipped("mount says: " + done.stderr.strip())
    try:
        yield pathlib.Path(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False)
        os.rmdir(folder)


def fill(outcome, rounds):
    with small_disk() as folder, Plant(oven=False, journal_folder=folder) as plant:
        plant.start()
        for number in range(rounds):
            with plant.load(pause=0.01) as load:
                time.sleep(0.3)
                filler = take_all(folder, 3 * 4096 * (number % 7))
                plant.until(lambda: load.failures, "the full disk is noticed", 30)
                outcome.fired += 1
                done = plant.ledger.acknowledged
                time.sleep(1)
                outcome.expect(is_honest(plant, done),
                               f"round {number}: the agent says that all is well")
                filler.unlink()
                done = plant.ledger.acknowledged
                plant.until(lambda: plant.ledger.acknowledged > done + 4,
                            "a command is done when there is room again", 30)
        plant.settle()
        outcome.judge(plant.check(drained=True))


def is_honest(plant, done):
    """It says that it takes nothing, or takes commands: what the log has left may be room enough."""
    for _ in range(20):
        if plant.get("/health") is None or plant.ledger.acknowledged > done:
            return True
        time.sleep(0.05)
    return False


def take_all(folder, rest):
    """A file that takes all room but `rest` bytes."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(max(file.tell() - rest, 0))
    return filler
