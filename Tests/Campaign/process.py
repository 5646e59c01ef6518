"""What a machine does to a process: it freezes, its clock is set, memory and descriptors run out."""

import contextlib
import os
import pathlib
import resource
import signal
import socket
import struct
import time

from files import opened
from disk import compiled
from outcome import Skipped, scenario
from plant import ROOT, Plant, size

STEPS = {"+1 h": 3_600, "-1 h": -3_600, "+1 day": 86_400, "-1 day": -86_400}
MEMORY_BYTES = 64 << 20
DESCRIPTORS = 64


def play(outcomes, seconds):
    with scenario("SIGSTOP", outcomes) as outcome:
        freeze(outcome, seconds)
    with scenario("clock steps", outcomes) as outcome:
        step(outcome, max(1, seconds // 30))
    with scenario("64 MB of memory", outcomes) as outcome:
        starve(outcome, seconds)
    with scenario("64 descriptors", outcomes) as outcome:
        exhaust(outcome)


@contextlib.contextmanager
def running(**more):
    with Plant(oven=False) as plant:
        plant.start(**more)
        yield plant


def finish(plant, outcome):
    plant.await_drained(150)
    plant.settle()
    report = plant.check(drained=True)
    outcome.judge(report)


def records(plant, where):
    with contextlib.closing(opened(plant.journal)) as database:
        return database.execute("SELECT count(*) FROM record WHERE " + where).fetchone()[0]


def freeze(outcome, seconds):
    with running() as plant:
        for process in (plant.agent, plant.hub, plant.agent):
            with plant.load(pause=0.02):
                time.sleep(0.5)
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.1)
                state = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")")[1].split()
                outcome.fired += state[0] == "T"
                time.sleep(seconds)
                process.send_signal(signal.SIGCONT)
                time.sleep(0.5)
        # Of the last one they come with the next frames.
        plant.until(lambda: records(plant, "json_extract(body, '$.reason') = 'late'")
                    >= 2 * len(plant.stations), "the gaps of two stops are recorded", 10)
        finish(plant, outcome)


def step(outcome, rounds):
    with Plant(oven=False) as plant:
        library = compiled(ROOT / "Tests/Peers/clock_shift.c", plant.folder / "clock.so", "-shared",
                           "-fPIC", "-Wno-unused-parameter", "-ldl")
        shift = plant.folder / "shift"
        shift.write_bytes(bytes(8))
        plant.start(environment={"LD_PRELOAD": str(library),
                                 "LOTLINE_CLOCK_SHIFT": str(shift)})
        with plant.load(pause=0.02):
            for seconds in list(STEPS.values()) * rounds:
                with open(shift, "r+b") as file:
                    file.write(struct.pack("<q", seconds * 1_000_000_000))
                time.sleep(1.2)
        outcome.fired = records(plant, "json_extract(body, '$.type') = 'clock_step'")
        outcome.expect(outcome.fired == rounds * len(STEPS), f"{outcome.fired} steps are recorded "
                       f"of {rounds * len(STEPS)}")
        plant.await_drained()
        plant.kill(plant.agent)
        outcome.judge(plant.check())


@contextlib.contextmanager
def group():
    folder = pathlib.Path("/sys/fs/cgroup/memory") / f"lotline-campaign-{os.getpid()}"
    limits = ("memory.limit_in_bytes", "memory.max_usage_in_bytes")
    if not folder.parent.is_dir():
        folder = pathlib.Path("/sys/fs/cgroup") / folder.name
        limits = ("memory.max", "memory.peak")
    try:
        folder.mkdir()
        (folder / limits[0]).write_text(str(MEMORY_BYTES))
    except OSError as error:
        raise Skipped(f"a memory group cannot be made: {error}") from error
    try:
        yield folder, folder / limits[1]
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


def starve(outcome, seconds):
    with group() as (folder, most):
        def join():
            (folder / "cgroup.procs").write_text(str(os.getpid()))
        with running(preexec_fn=join) as plant:
            outcome.fired += folder.name in pathlib.Path(
                f"/proc/{plant.agent.pid}/cgroup").read_text()
            plant.kill(plant.hub)
            with plant.load():
                time.sleep(max(seconds, 3))
            plant.start_hub()
            plant.until(lambda: plant.agent.poll() is not None
                        or records(plant, "true") - size(plant.hub_file, "journal") < 100,
                        "the hub has caught up", 150)
            used = int(most.read_text()) if most.exists() else 0
            outcome.notes.append(f"the agent and its files' pages came to {used >> 20} MB of "
                                 f"{MEMORY_BYTES >> 20}; it " + (
                                     "went on" if plant.agent.poll() is None else
                                     f"was ended with status {plant.agent.poll()}"))
            if plant.agent.poll() is not None:
                outcome.expect(plant.agent.poll() == -signal.SIGKILL, "it was not the kernel")
                plant.start_agent()
                plant.await_agent()
            finish(plant, outcome)


def exhaust(outcome):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    with running(preexec_fn=limit) as plant:
        with plant.load(pause=0.02), contextlib.ExitStack() as stack:
            for _ in range(2 * DESCRIPTORS):
                stack.enter_context(socket.create_connection(("127.0.0.1", plant.port), 5))
            time.sleep(2)
            outcome.fired += plant.agent.poll() is None and plant.get(timeout=0.5) is None
            used = len(os.listdir(f"/proc/{plant.agent.pid}/fd"))
            outcome.notes.append(f"{used} descriptors of {DESCRIPTORS} in use; "
                                 "others wait to be answered")
            outcome.expect(used < DESCRIPTORS, "no descriptor was left for files and buses")
        outcome.expect(plant.agent.poll() is None,
                       f"the agent ended with status {plant.agent.poll()}: " + plant.last_words())
        if plant.agent.poll() is None:
            done = plant.ledger.acknowledged
            with plant.load(pause=0.02):
                plant.until(lambda: plant.ledger.acknowledged > done + 4,
                            "a command is done when descriptors are free again", 30)
        else:
            plant.start_agent()
            plant.await_agent()
        finish(plant, outcome)
