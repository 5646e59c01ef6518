"""kill -9 at each system call by which a short session writes, in turn."""

import contextlib
import signal
import sqlite3
import time

import strace
from outcome import scenario
from plant import Plant, PlantError, programs

# Calls of one kind on one file that are struck one by one; after so many, commits, and pages that a
# checkpoint moves, only repeat themselves.
BOUND = 60


def play(outcomes, count):
    """At most `count` calls of each session, evenly spread over all of them."""
    for name, (prepare, act) in SESSIONS.items():
        with scenario("syscalls, " + name, outcomes) as outcome:
            strace.require()
            strike_each(outcome, prepare, act, count)


def strike_each(outcome, prepare, act, count):
    with Plant(oven=False) as plant:
        plant.start_hub()
        prepare(plant)
        act(plant, strace.options(plant))
        most = strace.counted(plant)
    for file, call, number in strace.points(most, BOUND, count):
        strike(outcome, prepare, act, file, call, number)
    outcome.notes.append(strace.told(most))


def strike(outcome, prepare, act, file, call, number):
    where = f"{call} {number} on the {file}: "
    with Plant(oven=False) as plant:
        plant.start_hub()
        prepare(plant)
        act(plant, strace.options(plant, f"{call}:signal=SIGKILL:when={number}", file))
        if plant.agent.returncode == -signal.SIGKILL:
            outcome.fired += 1
        outcome.judge(plant.check(), where, count=False)
        go_on(plant, outcome, where)


def go_on(plant, outcome, where):
    """A start with what is left, and all of it at the hub."""
    plant.start_agent()
    try:
        plant.await_agent()
        plant.settle()
    except PlantError as error:
        outcome.violate(f"{where}after a start: {error}")
        return
    outcome.judge(plant.check(drained=True), where + "after a start: ")


def session(plant, tracer=(), seconds=0.4, meanwhile=lambda plant: None):
    """Start, commands, and a stop in order, which checkpoints; it ends early when the agent does."""
    plant.start_agent(tracer=tracer)
    wait(plant, 20, plant.get)
    if plant.agent.poll() is None:
        with plant.load(pause=0.01):
            wait(plant, seconds)
            meanwhile(plant)
    if plant.agent.poll() is None:
        plant.stop_agent()


def older(plant):
    """A journal as the version before wrote it, without the nodes of the tree."""
    session(plant, seconds=2)
    with contextlib.closing(sqlite3.connect(plant.journal, isolation_level=None)) as database:
        database.execute("DROP TABLE node")
        database.execute("PRAGMA user_version = 1")


def rotate(plant):
    """Has the agent take another key, and waits until it has."""
    if plant.agent.poll() is None:
        plant.spawn("key", [programs() / "lotline", "key", "rotate", "--config",
                            plant.configuration]).wait(20)
        wait(plant, 1.5)


def session_with_rotation(plant, tracer=()):
    session(plant, tracer, meanwhile=rotate)


# What comes before, and what is struck.
SESSIONS = {
    "new": (lambda plant: None, session),
    "again": (session, session),
    "migration": (older, session),
    "key rotation": (session, session_with_rotation),
}


def wait(plant, seconds, condition=lambda: False):
    """Until the condition holds, the agent has ended, or the time is over."""
    end = time.monotonic() + seconds
    while plant.agent.poll() is None and not condition() and time.monotonic() < end:
        time.sleep(0.02)
