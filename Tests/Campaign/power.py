"""Power cuts: what is left of a disk when writes that nobody flushed are lost or torn."""

import contextlib
import subprocess
import time

import strace
from checker import Checker
from disk import CrashDisk, compiled
from outcome import scenario
from plant import Plant, PlantError

SESSION_SECONDS = 12
FAILING = "fdatasync:error=EIO:when=20+40"   # of each thread's calls
STARTED = 25   # the agent is started on every so many-th image


def play(outcomes, images, seed=1):
    """Every image holds what was acknowledged; with synchronous at NORMAL some must not."""
    with scenario("power", outcomes) as outcome, CrashDisk() as disk:
        with recorded(disk) as plant:
            judge_images(outcome, plant, disk, images, seed)
            outcome.acknowledged = plant.ledger.acknowledged
    with scenario("power, fsync fails", outcomes) as outcome, CrashDisk() as disk:
        strace.require()
        with recorded(disk, inject=FAILING) as plant:
            failed = len(strace.struck(plant))
            judge_images(outcome, plant, disk, max(images // 5, 20), seed)
            outcome.notes.append(f"{failed} syncs of the log failed in the second of two sessions")
            outcome.expect(failed > 0, "no sync failed")
            outcome.acknowledged = plant.ledger.acknowledged
    with scenario("power, NORMAL", outcomes) as outcome, CrashDisk() as disk:
        library = compiled("sqlite_normal.c", disk.folder / "normal.so", "-shared", "-fPIC")
        refuse_normal(outcome, library)
        with recorded(disk, {"LD_PRELOAD": str(library), "LIE": "1"}) as plant:
            expect_loss(outcome, plant, disk, max(images // 5, 60), seed)


@contextlib.contextmanager
def recorded(disk, environment=None, inject=""):
    """A session under load, with a stop in order in it; the disk's past is complete afterwards."""
    with Plant(journal_folder=disk.place, oven=False, uplink=False) as plant:
        plant.ledger.marks = disk.mark
        for _ in range(2):
            plant.start_agent(environment=environment,
                              tracer=strace.options(plant, inject) if inject else ())
            plant.await_agent()
            with plant.load(pause=0.01):
                time.sleep(SESSION_SECONDS / 2)
            plant.stop_agent()
        plant.ledger.marks = None
        disk.part()
        yield plant


def judge_images(outcome, plant, disk, images, seed):
    lost = torn = started = 0
    for number, (mounted, known, harm) in enumerate(disk.images(images, seed)):
        lost, torn = lost + harm[0], torn + harm[1]
        outcome.fired += harm != [0, 0]
        try:
            with mounted():
                outcome.judge(judged(plant, known), f"image {number}: ", count=False)
                if number % STARTED == STARTED - 1:
                    start_on(plant, outcome, number)
                    started += 1
        except subprocess.CalledProcessError as error:
            outcome.violate(f"image {number} cannot be mounted: {error.stderr.strip()}")
    outcome.notes.append(f"{images:,} images, in which {lost:,} writes were lost and {torn:,} "
                         f"torn; the agent was started on {started} of them, and went on")


def judged(plant, known):
    return Checker(plant.journal, ledger=plant.ledger_path, known=known, frames=False).check()


def start_on(plant, outcome, number):
    """The agent goes on with what is left, and loses none of it."""
    before = Checker(plant.journal, frames=False).check(integrity=False).records
    plant.start_agent()
    try:
        plant.await_agent()
    except PlantError as error:
        outcome.violate(f"image {number}: {error}")
    plant.kill(plant.agent)
    report = Checker(plant.journal).check()
    outcome.judge(report, f"image {number}, after a start: ")
    outcome.expect(report.records > before, f"image {number}: {before} records, then "
                   f"{report.records}")


def refuse_normal(outcome, library):
    with Plant(oven=False, uplink=False) as plant:
        plant.start_agent(environment={"LD_PRELOAD": str(library)})
        try:
            status = plant.agent.wait(20)
        except subprocess.TimeoutExpired:
            status = None
        outcome.expect(status not in (0, None) and "synchronous" in plant.last_words(),
                       "the agent did not refuse to start with synchronous at NORMAL")
        outcome.fired += status not in (0, None)


def expect_loss(outcome, plant, disk, images, seed):
    losing = 0
    for number, (mounted, known, _) in enumerate(disk.images(images, seed)):
        with mounted():
            report = judged(plant, known)
        losing += report.lost > 0
        outcome.fired += report.lost > 0
        # What is there must be whole; only its end may be missing, which the anchor then tells.
        others = [text for text in report.findings if not text.startswith(("lost:", "anchor:"))]
        outcome.expect(not others, f"image {number}: {others[:3]}")
    outcome.notes.append(f"{losing} of {images} images lost what was acknowledged, as they must; "
                         "told that it gets NORMAL, the agent refuses to start")
    outcome.expect(losing > 0, "no loss was seen: the campaign is blind")
