"""Commands over the agent's HTTP interface, as fast as it answers, each in the ledger.

Each station has a worker of its own: it starts lots, loads material, passes units, records what
went into what, and ends lots. Names are never used twice, so that what is done twice shows.
"""

import http.client
import json
import threading
import time
import urllib.parse

TIMEOUT_SECONDS = 10


class Worker(threading.Thread):
    def __init__(self, load, station):
        super().__init__(daemon=True)
        self.load, self.station = load, station
        self.connection = None
        self.lot = None
        self.cycle = 0

    def run(self):
        self.tidy()
        while not self.load.stopping.is_set():
            self.step()
        if self.connection:
            self.connection.close()

    def tidy(self):
        """Ends what an earlier run left at the station."""
        try:
            _, status = self.exchange("GET", "/v1/status", None)
        except (OSError, http.client.HTTPException, ValueError):
            self.connection = None
            return
        station, = [each for each in status["stations"] if each["id"] == self.station]
        for material in station.get("materials", []):
            self.unload(material["lot"])
        if station.get("lots"):
            self.end(station["lots"][0]["lot"])

    def step(self):
        """One lot from its start to its end."""
        self.cycle += 1
        name = f"{self.station}-{self.load.run}-{self.cycle}"
        station = f"/v1/stations/{self.station}"
        made = {"station": self.station, "lot": name, "part": "4711", "work_order": "WO-1"}
        self.command("POST", station + "/lot", {**made, "operator": "mara"}, "binding",
                     {**made, "operator": "mara"}, name)
        material = {"station": self.station, "lot": "M-" + name, "material": "paste"}
        self.command("POST", station + "/materials", material, "material_load", material,
                     material["lot"])
        self.command("POST", station + "/units", {"serial": "U-" + name, "event": "entered"},
                     "unit", {"station": self.station, "serial": "U-" + name, "event": "entered"},
                     "U-" + name)
        eaten = {"output": name, "input": "I-" + name, "operator": "mara"}
        self.command("POST", "/v1/consumptions", eaten, "consumption", eaten, eaten["input"])
        self.unload(material["lot"])
        self.end()

    def unload(self, lot):
        path = f"/v1/stations/{self.station}/materials/{urllib.parse.quote(lot)}"
        self.command("DELETE", path, None, "material_unload",
                     {"station": self.station, "lot": lot}, "-")

    def end(self, lot=None):
        """Ends the lot in work, which is `lot` where that is known."""
        members = {"station": self.station, "lot": lot} if lot else {"station": self.station}
        self.command("POST", f"/v1/stations/{self.station}/lot/end", {"reason": "finished"},
                     "binding_end", members, "-")

    def command(self, method, path, body, kind, members, key):
        if self.load.stopping.wait(self.load.pause):
            return
        if body is not None:
            body = {name: value for name, value in body.items()
                    if name != "station" and not (kind == "binding" and name == "station")}
        ledger = self.load.ledger
        number = ledger.ask(kind, members, key)
        self.load.flying += 1
        try:
            status, answer = self.exchange(method, path, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.connection.close()
            self.connection = None
            # Nobody listened: it cannot have been done.
            refused = isinstance(error, ConnectionRefusedError)
            ledger.tell(number, "refused" if refused else "open", why=str(error)[:200])
            self.load.stopping.wait(0.02)
        else:
            self.note(number, status, answer)
        finally:
            self.load.flying -= 1

    def note(self, number, status, answer):
        ledger = self.load.ledger
        self.load.answers[status] = self.load.answers.get(status, 0) + 1
        if status < 300:
            ledger.tell(number, "acknowledged", seq=answer["seq"], at=answer["at"])
            return
        detail = str(answer.get("detail"))
        told = "open" if "whether it is recorded" in detail else "refused"
        ledger.tell(number, told, status=status, why=detail[:300])
        if status >= 500:
            self.load.failures.append((time.monotonic(), status, detail))
            self.load.stopping.wait(0.05)

    def exchange(self, method, path, body):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.load.port,
                                                         timeout=TIMEOUT_SECONDS)
        text = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        self.connection.request(method, path, text, headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())


class Load:
    """All workers against one agent."""

    def __init__(self, port, stations, ledger, run="1", pause=0.0):
        self.port, self.ledger, self.run, self.pause = port, ledger, run, pause
        self.stopping = threading.Event()
        self.flying = 0
        self.answers = {}
        self.failures = []
        self.workers = [Worker(self, station) for station in stations]

    def start(self):
        for worker in self.workers:
            worker.start()
        return self

    def stop(self):
        self.stopping.set()
        for worker in self.workers:
            worker.join(2 * TIMEOUT_SECONDS)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
