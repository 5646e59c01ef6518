"""kill -9 at each system call by which a short session writes, in turn."""

import signal
import time

import strace
from checker import Checker
from outcome import scenario
from plant import Plant

# Calls of one kind that are struck one by one; after so many, commits only repeat themselves.
BOUND = 60


def play(outcomes, count):
    """At most `count` calls, evenly spread over all of them."""
    for name, again in (("syscalls, new", False), ("syscalls, again", True)):
        with scenario(name, outcomes) as outcome:
            strace.require()
            strike_each(outcome, again, count)


def strike_each(outcome, again, count):
    with Plant(oven=False) as plant:
        plant.start_hub()
        if again:
            session(plant)
        session(plant, strace.options(plant))
        most = strace.counted(plant)
    for call, number in strace.points(most, BOUND, count):
        strike(outcome, again, call, number)
    outcome.notes.append("calls of a session: "
                         + ", ".join(f"{count} {call}" for call, count in most.items()))


def strike(outcome, again, call, number):
    where = f"{call} {number}: "
    with Plant(oven=False) as plant:
        plant.start_hub()
        if again:
            session(plant)
        session(plant, strace.options(plant, f"{call}:signal=SIGKILL:when={number}"))
        if plant.agent.returncode == -signal.SIGKILL:
            outcome.fired += 1
        outcome.judge(Checker(plant.journal, plant.hub_file, plant.ledger_path).check(), where,
                      count=False)
        plant.start_agent()
        plant.await_agent()
        plant.settle()
        outcome.judge(Checker(plant.journal, plant.hub_file, plant.ledger_path,
                              drained=True).check(), where + "after a start: ")


def session(plant, tracer=(), seconds=0.4):
    """Start, commands, and a stop in order, which checkpoints; it ends early when the agent does."""
    plant.start_agent(tracer=tracer)
    wait(plant, 20, plant.get)
    if plant.agent.poll() is None:
        with plant.load(pause=0.01):
            wait(plant, seconds)
    if plant.agent.poll() is None:
        plant.stop_agent()


def wait(plant, seconds, condition=lambda: False):
    """Until the condition holds, the agent has ended, or the time is over."""
    end = time.monotonic() + seconds
    while plant.agent.poll() is None and not condition() and time.monotonic() < end:
        time.sleep(0.02)
