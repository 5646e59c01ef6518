"""kill -9 while old frames are pruned, which is one large transaction."""

import contextlib
import pathlib
import random
import shutil
import struct
import tempfile
import time

import strace
from backlog import grow
from disk import compiled
from files import opened
from outcome import scenario
from plant import ROOT, Plant
from syscalls import wait

PRUNED = 16_384          # records that go at a time
AGE_SECONDS = 3 * 86_400
KEEP = "{days: 1}"

# The agent looks every 10 s whether frames are due.
PATIENCE_SECONDS = 40


def play(outcomes, count):
    with scenario("pruning", outcomes) as outcome, Old(3 * PRUNED) as old:
        kill_each(outcome, old, count)
    with scenario("syscalls, pruning", outcomes) as outcome, Old(PRUNED) as old:
        strace.require()
        strike_each(outcome, old, "signal=SIGKILL", strace.CALLS, count)
    with scenario("EIO, pruning", outcomes) as outcome, Old(PRUNED) as old:
        strace.require()
        strike_each(outcome, old, "error=EIO", ("pwrite64", "fdatasync"), count)


class Old:
    """A journal with frames of three days ago, commands among them, and the hub that has it."""

    def __init__(self, frames):
        self.parent = pathlib.Path(tempfile.mkdtemp(prefix="lotline-old-"))
        self.folder = self.parent / "files"
        with Plant(oven=False) as plant:
            library = compiled(ROOT / "Tests/Peers/clock_shift.c", plant.folder / "clock.so",
                               "-shared", "-fPIC", "-Wno-unused-parameter", "-ldl")
            shift = plant.folder / "shift"
            shift.write_bytes(struct.pack("<q", -AGE_SECONDS * 1_000_000_000))
            plant.start_hub()
            for _ in range(2):
                plant.start_agent(environment={"LD_PRELOAD": str(library),
                                               "LOTLINE_CLOCK_SHIFT": str(shift)})
                plant.await_agent()
                # The frames that are put in below are those of a station without a lot.
                with plant.load(pause=0.01, stations=plant.stations[1:]):
                    time.sleep(1)
                plant.stop_agent()
                grow(plant.journal, frames // 2)
            plant.start_agent()
            plant.await_agent()
            plant.settle()
            plant.kill(plant.hub)
            plant.save(self.folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.parent, ignore_errors=True)

    @contextlib.contextmanager
    def plant(self):
        with Plant(oven=False, keep=KEEP) as plant:
            plant.go_on_from(self.folder)
            plant.start_hub()
            yield plant


def pruned(plant):
    with contextlib.closing(opened(plant.journal)) as database:
        return database.execute("SELECT count(*) FROM pruned").fetchone()[0] * 256


def read(process):
    """Bytes that a process has read; 0 when it has ended."""
    try:
        with open(f"/proc/{process}/io", encoding="ascii") as file:
            return int(file.read().split()[1])
    except (OSError, IndexError):
        return 0


def await_pruning(plant):
    """Until much is read at once, as only pruning does: all that goes. False when it did not come."""
    last, end = [read(plant.agent.pid)] * 10, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        time.sleep(0.01)
        last = last[1:] + [read(plant.agent.pid)]
        if last[-1] - last[0] > 1_000_000:
            return True
    return False


def kill_each(outcome, old, count, seed=1):
    """At random times in and after the transaction, three times with each journal."""
    chance, within, after = random.Random(seed), 0, 0
    while within + after < count:
        with old.plant() as plant:
            for _ in range(3):
                plant.start_agent()
                plant.await_agent()
                plant.await_drained()
                before = pruned(plant)
                with plant.load(pause=0.05):
                    outcome.expect(await_pruning(plant), "nothing was pruned")
                    time.sleep(chance.uniform(0, 0.25))
                    outcome.fired += plant.kill(plant.agent)
                if pruned(plant) == before:
                    within += 1
                else:
                    after += 1
                outcome.judge(plant.check(), "after a kill: ", count=False)
            finish(plant, outcome, "in the end: ")
            outcome.acknowledged += plant.ledger.acknowledged
        if outcome.violations:
            break
    outcome.notes.append(f"{within} kills within the transaction, {after} after it")


def finish(plant, outcome, where):
    """It goes on, and prunes what was left to prune."""
    plant.start_agent()
    plant.await_agent()
    plant.until(lambda: pruned(plant) >= PRUNED, "frames are pruned", PATIENCE_SECONDS)
    plant.settle()
    outcome.judge(plant.check(drained=True), where, count=False)


def session(plant, tracer):
    """A start, and all that it does until frames were pruned, or the agent has ended."""
    plant.start_agent(tracer=tracer)
    wait(plant, PATIENCE_SECONDS, lambda: pruned(plant) >= PRUNED)
    if plant.agent.poll() is None:
        plant.stop_agent()


def strike_each(outcome, old, fault, calls, count):
    """Of the calls of a session that prunes, `count` that lie evenly."""
    with old.plant() as plant:
        session(plant, strace.options(plant))
        most = {kind: number for kind, number in strace.counted(plant).items() if kind[1] in calls}
    for file, call, number in strace.points(most, max(most.values()), count):
        where = f"{call} {number} on the {file}: "
        with old.plant() as plant:
            session(plant, strace.options(plant, f"{call}:{fault}:when={number}", file))
            outcome.fired += len(strace.struck(plant)) > 0
            outcome.judge(plant.check(), where, count=False)
            finish(plant, outcome, where + "after a start: ")
    outcome.notes.append(strace.told(most))
