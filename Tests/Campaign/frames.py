"""What frames must say: whose they are, what the machine showed, and that none is missing."""

import datetime
import re

# Times of bindings come from the wall clock, those of frames from the monotonic one; a step of less
# than 1 ms is none.
CLOCK_MICROSECONDS = 1_500


def microseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Frames:
    """Goes through the records in order, and reports what cannot be."""

    def __init__(self, report):
        self.report = report
        self.layouts = {}
        self.bindings = {}   # seq: [station, lane, era, at, (era, at of its end) or None]
        self.at_station = {}  # station: seqs of bindings, those that ended long ago left out
        self.conveyors = set()
        self.epoch = 0
        self.era = 0         # steps of the clock of which nobody knows how long they were
        self.set_by = 0      # by how many microseconds the clock was set since the last of them
        self.last = {}       # group: seq, epoch, time and count of its last frame
        self.whole = {}      # group: time of the first frame since its schedule began, and the
                             # scans that are accounted for since then

    def take(self, record):
        kind = record["type"]
        handler = getattr(self, "take_" + kind, None)
        if handler:
            handler(record)

    def forget(self):
        """Frames were pruned here: the next ones follow on none."""
        self.last.clear()
        self.whole.clear()

    def take_layout(self, record):
        self.layouts[record["seq"]] = record
        # It has a schedule of its own.
        self.whole.pop((record["device"], record["group"]), None)

    def take_clock_step(self, record):
        self.epoch += 1
        self.whole.clear()
        if "step_us" in record:
            self.set_by += record["step_us"]
        else:
            self.era, self.set_by = self.era + 1, 0

    def take_gap(self, record):
        group = (record.get("device"), record.get("group"))
        if "device" not in record:
            self.whole.clear()
        elif "scans" not in record or record["reason"] == "reconfigured":
            self.whole.pop(group, None)
        elif group in self.whole:
            self.whole[group][1] += record["scans"]

    def take_binding(self, record):
        seq = record["seq"]
        self.bindings[seq] = [record["station"], record.get("lane"), self.era,
                              microseconds(record["at"]) - self.set_by, None]
        self.at_station.setdefault(record["station"], []).append(seq)

    def take_binding_end(self, record):
        binding = self.bindings.get(record["binding"])
        if binding is None:
            self.report("bind", record["seq"], f"ends binding {record['binding']}, which is none")
        elif binding[4] is not None:
            self.report("doubled", record["seq"],
                        f"ends binding {record['binding']}, which has ended already")
        else:
            binding[4] = (self.era, microseconds(record["at"]) - self.set_by)

    def take_frame(self, record):
        layout = self.layouts.get(record["layout"])
        if layout is None:
            self.report("content", record["seq"],
                        f"is a frame by layout {record['layout']}, which is none")
            return
        if len(record["v"]) != len(layout["signals"]):
            self.report("content", record["seq"], f"has {len(record['v'])} values for "
                        f"{len(layout['signals'])} signals")
            return
        at = microseconds(record["at"])
        if "conveyors" not in layout:
            # What was in force when the clock was set may be told by a scan that was on its way.
            self.check_bind(record, layout, at - self.set_by)
        counter = self.check_values(record, layout)
        self.check_sequence(record, layout, at, counter)

    # Whose they are

    def check_bind(self, record, layout, at):
        for station, bound in zip(layout["stations"], record["bind"]):
            found = sorted(bound if isinstance(bound, list) else [] if bound is None else [bound])
            sure, doubtful = self.in_force(station, record["seq"], at)
            if not sure <= set(found) or not set(found) <= sure | doubtful:
                self.report("bind", record["seq"], f"is bound to {found} at {station}, where "
                            f"{sorted(sure)} was in force at {record['at']}")

    def in_force(self, station, seq, at):
        """Bindings in force at a time, and those that began or ended in that very moment."""
        sure, doubtful, kept = set(), set(), []
        for binding in self.at_station.get(station, []):
            _, _, era, began, end = self.bindings[binding]
            since = at - began if era == self.era else 1 << 60
            until = end[1] - at if end and end[0] == self.era else -(1 << 60) if end else 1 << 60
            if until > -60_000_000:
                kept.append(binding)
            if since <= -CLOCK_MICROSECONDS or until <= -CLOCK_MICROSECONDS:
                continue
            near = since < CLOCK_MICROSECONDS or until < CLOCK_MICROSECONDS
            (doubtful if near else sure).add(binding)
        self.at_station[station] = kept
        return sure, doubtful

    # What the machine showed

    def check_values(self, record, layout):
        """The count of requests that the machine's registers show; None where there are none."""
        unit = re.fullmatch(r"machine-(\d+)", layout["device"])
        if not unit:
            return None
        counts = set()
        for signal, value in zip(layout["signals"], record["v"]):
            if value is None:
                continue
            address, count = decoded(int(value), int(unit[1]))
            if signal["name"] != f"r{address}":
                self.report("value", record["seq"], f"{signal['name']} of {layout['device']} has "
                            f"the value of register {address}")
                return None
            counts.add(count)
        if len(counts) > 1:
            self.report("value", record["seq"], f"holds values of requests {sorted(counts)}")
        return counts.pop() if len(counts) == 1 else None

    # That none is missing

    def check_sequence(self, record, layout, at, counter):
        group = (layout["device"], layout["group"])
        before = self.last.get(group)
        whole = self.whole.setdefault(group, [at, -1])
        whole[1] += 1 + record.get("skipped", 0)
        if before:
            self.check_step(record, layout, at, counter, before, whole)
        self.last[group] = (record["seq"], self.epoch, at, counter)

    def check_step(self, record, layout, at, counter, before, whole):
        seq, epoch, earlier, count = before
        if epoch == self.epoch and at <= earlier:
            self.report("doubled" if at == earlier else "order", record["seq"],
                        f"is not later than frame {seq} of the same scan group")
        if whole[0] == at:
            return
        # Of frames that are far apart, as on a full disk, the count has gone round.
        is_far = epoch == self.epoch and at - earlier > 400_000 * layout.get("period_ms", 1 << 30)
        if not is_far and counter is not None and count is not None \
                and not 0 < (counter - count) % 1024 < 512:
            self.report("doubled" if counter == count else "value", record["seq"],
                        f"shows request {counter} of {layout['device']} after {count} in {seq}")
        if "period_ms" in layout:
            # A scan that was read late is accounted for with the next one: up to the frame before.
            due = (earlier - whole[0]) / 1000 / layout["period_ms"]
            if due - whole[1] > 1:
                self.report("gap", record["seq"], f"is scan {whole[1]} of its group where "
                            f"{due:.1f} were due, and no gap record says why")
                whole[:] = [at, 0]


def encoded(address, unit, count):
    """What register `address` of the campaign's machine shows in its answer number `count`."""
    return (address + 7 * unit) % 64 << 10 | count % 1024


def decoded(value, unit):
    return ((value >> 10) - 7 * unit) % 64, value & 1023
