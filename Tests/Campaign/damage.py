"""Files that are damaged, gone or strange: named, kept as they are, and gone on from."""

import hashlib
import os
import pathlib
import random
import re
import sqlite3
import time

from outcome import scenario
from plant import Plant

PAGE = 8_192


def play(outcomes, rounds):
    for name, (stop, harm, reasons) in DAMAGES.items():
        with scenario(name, outcomes) as outcome:
            for number in range(rounds):
                strike(outcome, stop, harm, reasons, random.Random(f"{name} {number}"))
    with scenario("foreign files", outcomes) as outcome:
        for name, (make, words) in FOREIGN.items():
            refuse(outcome, name, make, words)


def digests(plant):
    """What the journal's files are; -shm, an empty log and a half-written anchor hold nothing."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in plant.files()
            if not path.name.endswith(("-shm", ".lock", ".reserve", ".key", ".new"))
            and (path.stat().st_size or not path.name.endswith("-wal"))}


def strike(outcome, stop, harm, reasons, chance):
    with Plant(oven=False) as plant:
        plant.start()
        with plant.load(pause=0.02):
            time.sleep(1)
            plant.await_drained()
            # The anchor alone must tell where the hub knows nothing of the end.
            if stop == "undelivered" or stop == "killed" and chance.random() < 0.5:
                plant.kill(plant.hub)
            time.sleep(1)
            if stop == "killed":
                plant.kill(plant.agent)
        if stop != "killed":
            plant.stop_agent()
        old = plant.opening()["journal"]
        harm(plant, chance)
        before = digests(plant)
        plant.start_agent()
        if plant.hub.poll() is not None:
            plant.start_hub()
        plant.until(lambda: plant.opening().get("continues"), "a new journal goes on", 30)
        plant.await_agent()
        said = plant.continues()
        outcome.fired += 1
        outcome.expect(said["reason"] in reasons, f"the reason is {said['reason']}, and should be "
                       f"one of {reasons}: {said['detail']}")
        outcome.expect(said.get("journal", old) == old,
                       f"it goes on from {said.get('journal')} instead of {old}")
        if said["reason"] == "forked" or stop == "undelivered":
            # Until that was found, the file was written.
            before = {}
        untouched(outcome, plant, before)
        told = str(plant.get())
        outcome.expect("goes on from" in told, "the status says nothing of it")
        with plant.load(pause=0.02):
            time.sleep(0.5)
        plant.await_drained(90)
        plant.settle()
        untouched(outcome, plant, before)
        report = plant.check(drained=True)
        outcome.judge(report)
        if report.told:
            outcome.notes.append(f"{report.told} that were acknowledged went with the file, and "
                                 f"the next says so: {said.get('lost')} after {said['seq']}")


def untouched(outcome, plant, before):
    """What there was lies aside, byte for byte."""
    now = digests(plant)
    for name, digest in before.items():
        kept = name.replace("journal.sqlite", "journal.sqlite.kept-1")
        outcome.expect(now.get(kept) == digest, f"{kept} is not what {name} was")


# Damage

def page_of(plant, seq):
    """The file's bytes, and where in them the body of a record begins."""
    data = bytearray(plant.journal.read_bytes())
    with sqlite3.connect(plant.journal) as database:
        body, = database.execute("SELECT body FROM record WHERE seq = ?", (seq,)).fetchone()
    database.close()
    return data, data.index(body.encode())


def ends(plant):
    """The last record that the hub has, and the last of all."""
    with sqlite3.connect(plant.journal) as database:
        found = database.execute("SELECT coalesce((SELECT max(size) FROM cursor), 0), "
                                 "(SELECT size FROM head)").fetchone()
    database.close()
    return found


def head_page(plant, chance):
    with sqlite3.connect(plant.journal) as database:
        page, = database.execute("SELECT rootpage FROM sqlite_schema "
                                 "WHERE name = 'head'").fetchone()
    database.close()
    overwrite(plant, (page - 1) * PAGE, chance.randbytes(PAGE))


def last_page(plant, chance):
    _, place = page_of(plant, ends(plant)[1])
    overwrite(plant, place // PAGE * PAGE, bytes(PAGE))


def header(plant, chance):
    overwrite(plant, 0, chance.randbytes(100))


def overwrite(plant, place, data):
    with open(plant.journal, "r+b") as file:
        file.seek(place)
        file.write(data)


def cut(plant, chance):
    os.truncate(plant.journal, int(plant.journal.stat().st_size * chance.uniform(0.2, 0.9)))


def undelivered_page(plant, chance):
    confirmed, last = ends(plant)
    _, place = page_of(plant, (confirmed + last) // 2)
    overwrite(plant, place // PAGE * PAGE, chance.randbytes(PAGE))


def undelivered_bit(plant, chance):
    """Of a frame, so that only its hash tells."""
    confirmed, last = ends(plant)
    for seq in range((confirmed + last) // 2, last):
        data, place = page_of(plant, seq)
        if data[place:].startswith(b'{"type":"frame"'):
            digit = re.compile(rb'"v":\[').search(data, place).end()
            overwrite(plant, digit, bytes([data[digit] ^ 1]))
            return


def log_gone(plant, chance):
    pathlib.Path(f"{plant.journal}-wal").unlink()


def live(data):
    """Where the log's present generation ends; what lies behind is of an earlier one."""
    frame = 24 + PAGE
    end = 32
    while data[end + 8:end + 16] == data[16:24]:
        end += frame
    return end


def log_cut(plant, chance):
    path = pathlib.Path(f"{plant.journal}-wal")
    os.truncate(path, int(live(path.read_bytes()) * chance.uniform(0.1, 0.5)))


def log_bit(plant, chance):
    path = pathlib.Path(f"{plant.journal}-wal")
    data = bytearray(path.read_bytes())
    data[int(live(data) * chance.uniform(0.1, 0.5))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def gone(plant, chance):
    plant.journal.unlink()


def emptied(plant, chance):
    os.truncate(plant.journal, 0)


# Part of the log may be in the file already, with which the rest then does not agree.
LOG = ("tail_lost", "forked", "damaged", "altered")

# How the agent ends before, what is damaged then, and what the next journal may say of it.
DAMAGES = {
    "damage, head page": ("stopped", head_page, ("damaged",)),
    "damage, last page": ("stopped", last_page, ("damaged",)),
    "damage, header": ("stopped", header, ("damaged",)),
    "damage, file cut": ("stopped", cut, ("damaged",)),
    "damage, unsent page": ("undelivered", undelivered_page, ("damaged",)),
    "damage, unsent bit": ("undelivered", undelivered_bit, ("damaged", "altered")),
    "damage, log gone": ("killed", log_gone, LOG),
    "damage, log cut": ("killed", log_cut, LOG),
    "damage, log bit": ("killed", log_bit, LOG),
    "damage, file gone": ("stopped", gone, ("missing",)),
    "damage, file empty": ("stopped", emptied, ("missing",)),
}


# What is not this agent's, which a person must settle

def another_database(plant):
    with sqlite3.connect(plant.journal) as database:
        database.execute("CREATE TABLE theirs(x)")
    database.close()


def a_text(plant):
    plant.journal.write_text("not a journal\n" * 1_000)


def a_session(plant):
    plant.start_agent()
    plant.await_agent()
    plant.stop_agent()


def a_newer_one(plant):
    a_session(plant)
    with sqlite3.connect(plant.journal) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()


def another_agents(plant):
    a_session(plant)
    text = plant.configuration.read_text()
    plant.configuration.write_text(text.replace("agent: campaign-1", "agent: campaign-2"))


def a_strange_anchor(plant):
    a_session(plant)
    pathlib.Path(f"{plant.journal}.anchor").write_text("{}")


# What lies there, and what the agent must say of it.
FOREIGN = {
    "another program's database": (another_database, "not a Lotline journal"),
    "a text": (a_text, "not a Lotline journal"),
    "a journal of a later version": (a_newer_one, "schema version 99"),
    "another agent's journal": (another_agents, "belongs to agent"),
    "an anchor that is none": (a_strange_anchor, "anchor"),
}


def refuse(outcome, name, make, words):
    """The agent does not start, says why, and leaves everything as it is."""
    with Plant(oven=False, uplink=False) as plant:
        make(plant)
        before = digests(plant)
        plant.start_agent()
        plant.until(lambda: plant.agent.poll() is not None, f"the agent refuses {name}", 20)
        outcome.fired += plant.agent.poll() != 0
        said = plant.last_words(9)
        outcome.expect(plant.agent.poll() > 0 and words in said and str(plant.journal) in said,
                       f"{name}: the agent ended with {plant.agent.poll()} and said: {said}")
        after = digests(plant)
        outcome.expect(after == before, f"{name}: the files are not what they were: "
                       f"{sorted(set(before.items()) ^ set(after.items()))}")
