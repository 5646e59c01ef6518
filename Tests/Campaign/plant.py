"""A plant of processes: a machine, an oven, an agent and a hub, on free ports, in a folder."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

import machine
from before import identity
from checker import Checker
from files import opened
from ledger import Ledger
from load import Load

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent


def programs():
    """The folder with the built programs; `LOTLINE_PROGRAMS` names another."""
    return pathlib.Path(os.environ.get("LOTLINE_PROGRAMS", ROOT / ".build/debug"))


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def size(path, table):
    """How many records a journal, or the hub's copy of the last one, says that it has."""
    if not os.path.exists(path):
        return 0
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,)).fetchone():
            return 0
        row = database.execute(f"SELECT size FROM {table} ORDER BY id DESC").fetchone()
        return row[0] if row else 0


class PlantError(Exception):
    """The plant did not do what a scenario needs; it says what, and the agent's last words."""


class Plant:
    stations = ["s-1", "s-2", "s-3", "s-4"]

    def __init__(self, period="50ms", journal_folder=None, hub_port=None, oven=True, uplink=True,
                 keep=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lotline-campaign-"))
        self.journal = pathlib.Path(journal_folder or self.folder) / "journal.sqlite"
        self.hub_file = self.folder / "hub.sqlite"
        self.ledger_path = self.folder / "ledger"
        self.ledger = Ledger(self.ledger_path)
        self.machine_port, self.oven_port, self.port, self.hub_port = free_ports(4)
        self.others, self.agent, self.hub = [], None, None
        self.runs = 0
        self.write_configuration(period, hub_port or self.hub_port, oven, uplink, keep)
        self.others.append(self.spawn("machine", [sys.executable, HERE / "machine.py",
                                                  self.machine_port,
                                                  len(self.stations)]))
        if oven:
            self.others.append(self.spawn("oven", [
                programs() / "lotline", "simulate", "reflow-oven-10-zone@1", "--profiles",
                ROOT / "DeviceProfiles", "--tcp", f"127.0.0.1:{self.oven_port}"]))

    def write_configuration(self, period, hub_port, oven, uplink, keep):
        profiles = self.folder / "profiles"
        profiles.mkdir()
        (profiles / "campaign-machine.yaml").write_text(machine.profile(period))
        shutil.copy(ROOT / "DeviceProfiles/reflow-oven-10-zone.yaml", profiles)
        devices = "".join(
            f"  - {{id: machine-{unit}, profile: campaign-machine, bus: machine-{unit}, "
            f"unit: {unit}, stations: [{station}]}}\n"
            for unit, station in enumerate(self.stations, 1))
        buses = "".join(
            f"  - {{id: machine-{unit}, tcp: \"{machine.host(unit)}:{self.machine_port}\", "
            "timeout: 500ms}\n"
            for unit in range(1, len(self.stations) + 1))
        if oven:
            devices += ("  - {id: oven-1, profile: reflow-oven-10-zone, bus: oven, unit: 1, "
                        "stations: [s-1, s-2]}\n")
            buses += f"  - {{id: oven, tcp: \"127.0.0.1:{self.oven_port}\", timeout: 500ms}}\n"
        stations = "".join(f"  - {{id: {station}}}\n" for station in self.stations)
        uplinks = (f"uplinks:\n  - {{id: hub, url: \"http://127.0.0.1:{hub_port}\"}}\n"
                   if uplink else "")
        kept = f", keep: {keep}" if keep else ""
        self.configuration = self.folder / "agent.yaml"
        self.configuration.write_text(
            f"agent: campaign-1\nsite: Campaign\nstations:\n{stations}buses:\n{buses}"
            f"devices:\n{devices}profiles: profiles\njournal: {{path: {self.journal}{kept}}}\n"
            f"{uplinks}api: \"127.0.0.1:{self.port}\"\n")
        (self.folder / "hub.yaml").write_text(
            f"listen: \"127.0.0.1:{self.hub_port}\"\ndatabase: hub.sqlite\n")

    # Its files

    def files(self):
        """The journal's files: itself, log, anchor and key."""
        return sorted(self.journal.parent.glob("journal.sqlite*"))

    def save(self, folder):
        """Copies the files of a plant that stands still."""
        folder.mkdir()
        for path in [*self.files(), *self.folder.glob("hub.sqlite*"), self.ledger_path]:
            shutil.copy(path, folder)

    def go_on_from(self, folder):
        """Takes the journal, the hub's file and the ledger that another plant left."""
        for path in folder.iterdir():
            if path.name != "ledger":
                shutil.copy(path, self.folder)
        self.ledger.go_on_from(folder / "ledger")
        # Names are never used twice, by neither of the two.
        self.runs = 100

    def opening(self, name=None):
        """The first record of the journal, or of a file beside it; empty while there is none."""
        try:
            path = self.folder / name if name else self.journal
            with contextlib.closing(opened(path)) as database:
                return identity(database)[0]
        except (sqlite3.Error, TypeError):
            return {}

    def continues(self):
        """What the journal says of the one that was set aside; empty for the first.

        What that one recorded alone may be in a journal of its own, which lies between."""
        said = self.opening().get("continues", {})
        if said.get("reason") == "carried":
            said = self.opening(said["file"])["continues"]
        return said

    # Processes

    def spawn(self, name, command, environment=None, **more):
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log,
                                    env={**os.environ, **(environment or {})}, **more)

    def start_agent(self, tracer=(), environment=None, **more):
        """Starts the agent, under `strace` with the given options where there are any."""
        self.runs += 1
        before = ["strace", "-f", "-o", self.folder / "strace.log", *tracer] if tracer else []
        self.agent = self.spawn("agent", [*before, programs() / "lotline", "run", "--config",
                                          self.configuration], environment, **more)

    def start(self, **more):
        """Starts hub and agent, and waits until the agent answers."""
        self.start_hub()
        self.start_agent(**more)
        self.await_agent()

    def check(self, **more):
        """What the checker finds in journal, hub and ledger."""
        return Checker(self.journal, self.hub_file, self.ledger_path, **more).check()

    def start_hub(self):
        self.hub = self.spawn("hub", [programs() / "lotline-hub", "serve", "--config",
                                      self.folder / "hub.yaml"])

    def kill(self, process):
        """Ends a process as a power cut does; true when it lived until then."""
        lived = process.poll() is None
        process.kill()
        return process.wait() == -signal.SIGKILL and lived

    def stop_agent(self, within=20):
        """Asks the agent to stop, and gives its exit status; None when it did not."""
        self.agent.send_signal(signal.SIGTERM)
        try:
            return self.agent.wait(within)
        except subprocess.TimeoutExpired:
            self.agent.kill()
            self.agent.wait()
            return None

    def close(self, keep=False):
        for process in [self.agent, self.hub, *self.others]:
            if process and process.poll() is None:
                process.kill()
                process.wait()
        self.ledger.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close(keep=failure[0] is not None)

    # Asking

    def load(self, pause=0.0, stations=None):
        self.runs += 1
        return Load(self.port, stations or self.stations, self.ledger, str(self.runs), pause)

    def get(self, path="/v1/status", port=None, timeout=2):
        """An answer of the agent; None when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            return body if answer.status == 200 else None
        except (OSError, http.client.HTTPException, ValueError):
            return None
        finally:
            connection.close()

    def await_agent(self, within=30):
        self.until(lambda: self.get(), "the agent answers", within)

    def await_drained(self, within=60):
        """Waits until the hub has confirmed all that there is."""
        def drained():
            status = self.get()
            return status and all(uplink["backlog"] == 0 and uplink["state"] == "connected"
                                  for uplink in status["uplinks"])
        self.until(drained, "the hub has everything", within)

    def settle(self, tries=40):
        """Ends the agent at a moment when the hub has everything: each try is a kill more."""
        for _ in range(tries):
            self.await_drained()
            self.kill(self.agent)
            if size(self.journal, "head") == self.delivered():
                return
            self.start_agent()
            self.await_agent()
        raise PlantError("the hub was never up to date when the agent was ended")

    def delivered(self):
        """How many records the hub has of the journal as it is now."""
        with contextlib.closing(opened(self.hub_file)) as hub:
            row = hub.execute("SELECT size FROM journal WHERE journal = ?",
                              (self.opening().get("journal"),)).fetchone()
        return row[0] if row else 0

    def until(self, condition, what, within=30):
        end = time.monotonic() + within
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.02)
        raise PlantError(f"it did not come about that {what}; the agent's last words: "
                         + self.last_words())

    def last_words(self, lines=3):
        path = self.folder / "agent.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return " / ".join(text.splitlines()[-lines:])[-600:]
