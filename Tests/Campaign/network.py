"""Faults between agent and hub: the network, the hub itself, and what stands between them."""

import shutil
import sqlite3
import time

from backlog import grow
from checker import Checker
from outcome import scenario
from plant import Plant, free_ports, size
from relay import Relay

FAULTS = ["cut", "reset", "half open", "slow", "late", "lost answer", "twice", "wrong answer",
          "proxy page", "hub killed before", "hub killed after"]

# A request that nobody answers is given up after 60 s.
PATIENCE_SECONDS = 150


def play(outcomes, seconds):
    """Each fault for so many seconds, then a network that is whole; then the hub's own mishaps."""
    for fault in FAULTS:
        with scenario(fault, outcomes) as outcome:
            strike(outcome, fault, seconds)
    with scenario("hub restored", outcomes) as outcome:
        restore(outcome)
    with scenario("outage", outcomes) as outcome:
        # In the long form a million records behind, in the short one 20,000.
        outage(outcome, 50_000 * seconds if seconds >= 20 else 10_000 * seconds)


def strike(outcome, fault, seconds):
    port, = free_ports(1)
    with Plant(oven=False, hub_port=port) as plant:
        relay = Relay(port, plant.hub_port)
        relay.before = relay.after = lambda: restart_hub(plant)
        plant.start()
        plant.await_drained()
        with plant.load(pause=0.02):
            relay.fault = fault
            end = time.monotonic() + 60
            time.sleep(seconds)
            # Back-off may leave long pauses between two tries.
            while not relay.fired.get(fault) and time.monotonic() < end:
                time.sleep(0.1)
            outcome.judge(Checker(plant.journal, plant.hub_file, frames=False).check(
                integrity=False), "meanwhile: ", count=False)
            relay.fault = "none"
        outcome.fired = relay.fired.get(fault, 0)
        if fault in ("wrong answer", "proxy page"):
            # After a refusal the agent waits up to a minute; a new start asks at once.
            plant.kill(plant.agent)
            plant.start_agent()
            plant.await_agent()
        plant.await_drained(PATIENCE_SECONDS)
        plant.settle()
        relay.close()
        outcome.judge(plant.check(drained=True))


def restart_hub(plant):
    plant.kill(plant.hub)
    plant.start_hub()


def restore(outcome):
    """The hub's file is an older one: the agent must send again what is missing there."""
    with Plant(oven=False) as plant:
        plant.start()
        with plant.load(pause=0.02):
            time.sleep(1)
            plant.await_drained()
            plant.kill(plant.hub)
            backup = plant.folder / "backup.sqlite"
            with sqlite3.connect(plant.hub_file) as source, sqlite3.connect(backup) as target:
                source.backup(target)
            source.close()
            target.close()
            old = size(backup, "journal")
            plant.start_hub()
            plant.until(lambda: size(plant.hub_file, "journal") > old + 100, "the hub goes on", 60)
        plant.kill(plant.hub)
        for suffix in ("", "-wal", "-shm"):
            (plant.folder / f"hub.sqlite{suffix}").unlink(missing_ok=True)
        shutil.copy(backup, plant.hub_file)
        outcome.fired += size(plant.hub_file, "journal") == old
        plant.start_hub()
        plant.until(lambda: size(plant.hub_file, "journal") > old, "the agent sends again",
                    PATIENCE_SECONDS)
        plant.await_drained(PATIENCE_SECONDS)
        plant.settle()
        outcome.judge(plant.check(drained=True))


def outage(outcome, behind):
    """The agent has been without a hub from its first start, for days, and then catches up."""
    with Plant(oven=False) as plant:
        plant.start_agent()
        plant.await_agent()
        with plant.load(pause=0.02, stations=plant.stations[1:]):
            time.sleep(2)
        plant.stop_agent()
        grow(plant.journal, behind)
        plant.start_agent()
        plant.await_agent()
        before, begin = memory(plant.agent.pid), time.monotonic()
        outcome.fired += size(plant.journal, "head") > behind
        plant.start_hub()
        plant.until(lambda: size(plant.hub_file, "journal") > behind, "the hub has caught up",
                    PATIENCE_SECONDS + behind / 500)
        took, grown = time.monotonic() - begin, memory(plant.agent.pid) - before
        plant.settle()
        outcome.judge(plant.check(drained=True))
        outcome.notes.append(f"{behind:,} records behind: caught up in {took:.0f} s, with "
                             f"{max(grown, 0) / 1e6:.0f} MB more memory than before")
        outcome.expect(grown < 100e6, f"the agent grew by {grown / 1e6:.0f} MB")


def memory(process):
    with open(f"/proc/{process}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096
