"""A disk whose past is known: crashdisk.c under a loop device with a real ext4, and its replay."""

import ctypes
import mmap
import os
import pathlib
import random
import shutil
import struct
import subprocess
import tempfile
import time

from outcome import Skipped

HERE = pathlib.Path(__file__).resolve().parent
BYTES = 96 << 20
SECTOR = 512

# Of the writes since the last flush, so many are lost whole, and so many arrive in part.
DROPPED, TORN = 0.4, 0.15

CLONE_NEWNS = 0x0002_0000   # linux/sched.h


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True,
                          text=True).stdout.strip()


def own_mounts():
    """Mounts from here on are this program's alone: a copy of one in another program's namespace
    would keep it alive after its end, and the next image would be taken for it."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        raise Skipped(f"unshare says: {os.strerror(ctypes.get_errno())}")
    run("mount", "--make-rprivate", "/")


def compiled(source, output, *options):
    try:
        run("gcc", "-O2", "-Wall", "-Wextra", "-Werror", HERE / source, "-o", output, *options)
    except FileNotFoundError as error:
        raise Skipped("there is no gcc; Scripts/campaign installs it") from error
    return output


class CrashDisk:
    """Mounted at `place`; `mark` writes what was acknowledged into its past."""

    def __init__(self):
        if os.geteuid() != 0:
            raise Skipped("mounting needs root")
        own_mounts()
        if not os.access("/dev/fuse", os.W_OK) or not os.path.exists("/dev/loop-control"):
            raise Skipped("there is no /dev/fuse, or no loop device")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lotline-crashdisk-"))
        self.place, self.log = self.folder / "mounted", self.folder / "past"
        self.image = pathlib.Path(tempfile.mkdtemp(prefix="lotline-image-", dir="/dev/shm")) / "i"
        (self.folder / "fuse").mkdir()
        self.place.mkdir()
        self.device = self.marks = None
        self.process = self.serve()
        self.begin = self.log.stat().st_size

    def serve(self):
        flags = run("pkg-config", "--cflags", "--libs", "fuse3").split()
        program = compiled("crashdisk.c", self.folder / "crashdisk", *flags)
        process = subprocess.Popen([str(program), str(BYTES), str(self.log),
                                    str(self.folder / "fuse")], stderr=subprocess.DEVNULL)
        disk = self.folder / "fuse/disk"
        for _ in range(100):
            if disk.exists():
                break
            time.sleep(0.05)
        try:
            self.device = run("losetup", "--find", "--show", "--direct-io=on", disk)
            run("mkfs.ext4", "-q", "-F", self.device)
            run("mount", self.device, self.place)
            run("sync", "-f", self.place)
        except subprocess.CalledProcessError as error:
            process.kill()
            raise Skipped(f"{error.cmd[0]} says: {error.stderr.strip()}") from error
        self.marks = os.open(self.folder / "fuse/mark", os.O_WRONLY)
        return process

    def mark(self, number):
        os.write(self.marks, b"%d\n" % number)

    def part(self):
        """Takes the disk away; its past stays."""
        if self.device is None:
            return
        os.close(self.marks)
        run("umount", self.place)
        run("losetup", "--detach", self.device)
        run("fusermount3", "-u", self.folder / "fuse")
        self.process.wait(10)
        self.device = None

    def close(self):
        subprocess.run(["umount", "-q", str(self.place)], check=False)
        self.part()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.image.parent, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # What may be left of it

    def images(self, count, seed):
        """Mounts the disk as it may look after power cuts, one after the other.

        Gives what was acknowledged before each, and how many writes were lost and torn.
        """
        chance = random.Random(seed)
        with open(self.log, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as past:
            events = parsed(past)
            # Each cut comes right after a write, so that there is one at least to lose.
            writes = [place for place, event in enumerate(events, 1)
                      if event[0] == b"W" and event[2] >= self.begin]
            points = sorted(chance.choices(writes, k=count))
            state = bytearray(BYTES)
            flushed, seen, known = 0, 0, set()
            for point in points:
                for place in range(seen, point):
                    kind, _, begin, length = events[place]
                    if kind == b"F":
                        for earlier in events[flushed:place]:
                            write(state, past, earlier)
                        flushed = place + 1
                    elif kind == b"M":
                        known.update(map(int, past[begin:begin + length].split()))
                seen = point
                image = bytearray(state)
                harm = [0, 0]
                for event in events[flushed:point]:
                    damage(image, past, event, chance, harm)
                self.image.write_bytes(image)
                yield self.mounted, set(known), harm

    def mounted(self):
        return Mount(self.image, self.place)


class Mount:
    def __init__(self, image, place):
        self.image, self.place = image, place

    def __enter__(self):
        run("mount", "-o", "loop", self.image, self.place)

    def __exit__(self, *_):
        run("umount", self.place)


def parsed(past):
    """Kind, offset on the disk, place in the log and length of each event."""
    events, place = [], 0
    while place < len(past):
        kind, offset, length = struct.unpack_from("<cQQ", past, place)
        place += 17
        events.append((kind, offset, place, length))
        place += length if kind != b"F" else 0
    return events


def write(state, past, event):
    kind, offset, begin, length = event
    if kind == b"W":
        state[offset:offset + length] = past[begin:begin + length]


def damage(image, past, event, chance, harm):
    """Lets a write that nobody flushed arrive, in part, or not at all."""
    kind, offset, begin, length = event
    if kind != b"W":
        return
    fate = chance.random()
    if fate < DROPPED:
        harm[0] += 1
    elif fate < DROPPED + TORN and length > SECTOR:
        harm[1] += 1
        for at in range(0, length, SECTOR):
            if chance.random() < 0.5:
                image[offset + at:offset + at + SECTOR] = past[begin + at:begin + at + SECTOR]
    else:
        write(image, past, event)
