"""Restored backups, cloned disks, and two agents with one file: no number is used twice."""

import contextlib
import shutil
import time

from checker import Checker
from damage import digests
from outcome import scenario
from plant import Plant, programs

# Until the hub has said that it has others, and the agent began anew.
PATIENCE_SECONDS = 60


def play(outcomes, rounds):
    for name, play_one in CLONES.items():
        with scenario(name, outcomes) as outcome:
            for _ in range(rounds):
                play_one(outcome)


@contextlib.contextmanager
def with_backup(plant):
    """A plant that ran on after a backup of its journal was made; the backup's folder."""
    plant.start()
    with plant.load(pause=0.02):
        time.sleep(1)
        plant.await_drained()
        plant.stop_agent()
    backup = plant.folder / "backup"
    plant.save(backup)
    plant.start_agent()
    plant.await_agent()
    yield backup


def restore(outcome, is_away):
    """The journal is that of a backup: the hub says so at once, or when it is there again."""
    with Plant(oven=False) as plant, with_backup(plant) as backup:
        go_back(outcome, plant, backup, is_away)
        finish(plant, plant.hub_file, outcome)


def go_back(outcome, plant, backup, is_away):
    """Puts the backup in the journal's place after more was recorded."""
    with plant.load(pause=0.02):
        time.sleep(1)
    plant.await_drained()
    plant.kill(plant.agent)
    for path in plant.files():
        path.unlink()
    for path in backup.glob("journal.sqlite*"):
        shutil.copy(path, plant.folder)
    if is_away:
        plant.kill(plant.hub)
    old = plant.opening()["journal"]
    plant.start_agent()
    plant.await_agent()
    with plant.load(pause=0.02):
        time.sleep(1)
        if is_away:
            plant.start_hub()
        fork(plant, outcome, old)
        time.sleep(0.5)


def fork(plant, outcome, old):
    plant.until(lambda: plant.opening().get("continues"), "a new journal goes on",
                PATIENCE_SECONDS)
    plant.await_agent()
    opening = plant.opening()
    outcome.fired += 1
    said = plant.continues()
    outcome.expect(said["reason"] == "forked", f"the reason is {opening}")
    outcome.expect(said.get("journal") == old and opening["journal"] != old,
                   f"it does not go on from {old}: {opening}")


def finish(plant, hub, outcome):
    plant.await_drained(90)
    plant.settle()
    outcome.judge(Checker(plant.journal, hub, plant.ledger_path, drained=True).check())


def clone(outcome):
    """Both go on with one name and one hub: the one that comes second begins anew."""
    with Plant(oven=False) as plant, with_backup(plant) as backup:
        with Plant(oven=False, hub_port=plant.hub_port) as other:
            other.hub_file = plant.hub_file
            other.go_on_from(backup)
            old = plant.opening()["journal"]
            other.start_agent()
            other.await_agent()
            with plant.load(pause=0.02), other.load(pause=0.02):
                def forked():
                    return [each for each in (plant, other) if each.opening().get("continues")]
                plant.until(forked, "one of them begins anew", PATIENCE_SECONDS)
                time.sleep(1)
            outcome.expect(len(forked()) == 1, "both began anew")
            fork(forked()[0], outcome, old)
            for each in (plant, other):
                finish(each, plant.hub_file, outcome)


def share(outcome):
    """A second agent is started on the file of one that runs."""
    with Plant(oven=False) as plant:
        plant.start()
        with plant.load(pause=0.02):
            second = plant.spawn("second", [programs() / "lotline", "run", "--config",
                                            plant.configuration])
            plant.until(lambda: second.poll() is not None, "the second agent ends", 20)
            said = (plant.folder / "second.log").read_text()
            outcome.fired += 1
            outcome.expect(second.poll() > 0 and "in use" in said,
                           f"the second ended with {second.poll()} and said {said[-300:]}")
            time.sleep(0.5)
        outcome.expect(plant.agent.poll() is None, "the first agent ended")
        outcome.expect(len(digests(plant)) <= 3, f"there are files aside: {plant.files()}")
        finish(plant, plant.hub_file, outcome)


CLONES = {
    "restored copy": lambda outcome: restore(outcome, is_away=False),
    "restored, hub away": lambda outcome: restore(outcome, is_away=True),
    "cloned disk": clone,
    "two agents, one file": share,
}
