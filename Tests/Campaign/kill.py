"""kill -9 of agent and hub at random times, under full load."""

import random
import struct
import time

from checker import Checker
from outcome import scenario
from plant import Plant

ROUND = 50   # cycles with one journal


def play(outcomes, cycles, seed=1):
    with scenario("kill", outcomes) as outcome:
        chance, counts, done = random.Random(seed), {"agent": 0, "hub": 0, "start": 0,
                                                     "command": 0, "transaction": 0}, 0
        while done < cycles:
            done += play_round(outcome, min(ROUND, cycles - done), chance, counts)
            if outcome.violations:
                break
        outcome.notes.append(
            f"{counts['agent']} kills of the agent, {counts['start']} of them while it started, "
            f"{counts['command']} with a command under way, {counts['transaction']} that left a "
            f"transaction half written in the log; {counts['hub']} of the hub")


def play_round(outcome, cycles, chance, counts):
    with Plant() as plant:
        plant.start_hub()
        for cycle in range(cycles):
            kill_once(plant, chance, counts, outcome)
            report = Checker(plant.journal, plant.hub_file, plant.ledger_path, frames=False).check(
                integrity=cycle % 10 == 9)
            outcome.judge(report, f"cycle {cycle}: ", count=False)
            if report.violations:
                plant.close(keep=True)
                outcome.findings.append(f"the files are kept in {plant.folder}")
                return cycle + 1
        plant.start_agent()
        plant.await_agent()
        outcome.expect(plant.stop_agent() == 0, "the agent did not stop in order")
        plant.start_agent()
        plant.settle()
        outcome.judge(plant.check(drained=True), "after all: ")
    return cycles


def kill_once(plant, chance, counts, outcome):
    plant.start_agent()
    if chance.random() < 0.15:
        time.sleep(chance.uniform(0, 0.3))
        counts["start"] += end(plant, counts, outcome)
        return
    plant.await_agent()
    with plant.load() as load:
        time.sleep(chance.uniform(0.02, 0.8))
        if chance.random() < 0.25:
            killed = plant.kill(plant.hub)
            counts["hub"] += killed
            outcome.fired += killed
            plant.start_hub()
        flying = load.flying
        if end(plant, counts, outcome):
            counts["command"] += flying > 0
    counts["transaction"] += unfinished(str(plant.journal) + "-wal") > 0


def end(plant, counts, outcome):
    killed = plant.kill(plant.agent)
    counts["agent"] += killed
    outcome.fired += killed
    return killed


def unfinished(path):
    """Frames of the write-ahead log behind its last commit, of the log's present generation."""
    try:
        with open(path, "rb") as file:
            header = file.read(32)
            if len(header) < 32:
                return 0
            page, = struct.unpack_from(">I", header, 8)
            count = 0
            while len(frame := file.read(24)) == 24 and frame[8:16] == header[16:24]:
                file.seek(page, 1)
                count = 0 if struct.unpack_from(">I", frame, 4)[0] else count + 1
            return count
    except FileNotFoundError:
        return 0
