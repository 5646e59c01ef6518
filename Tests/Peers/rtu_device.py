"""A Modbus RTU device with faults: rtu_device.py PORT FAULT...

Each register holds its own address, plus 10000 times the unit, so that a value tells what it
answers. The device answers one request after the other, as devices do. The n-th request meets the
n-th FAULT, and the last one for ever:

  ok            answers
  late:SECONDS  answers so much later
  silent        does not answer
  unit          answers as the next unit
  function      answers another function
  count         answers one register too many
  crc           damages the reply
  noise         sends noise before the reply
  short         sends half of the reply
  twice         answers twice
  busy          refuses with exception 6
  zero          refuses with exception 0, which does not exist
  copy:SECONDS  answers, and sends the same so much later once more, as a bad repeater does
  echo          sends the request back before the reply, as some adapters do
  lone-echo     sends the request back, and no reply
  bad-echo      sends the request back damaged before the reply
"""

import os
import struct
import sys
import termios
import threading
import time
import tty


def crc(frame):
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return frame + struct.pack("<H", value)


def values(unit, address, count):
    return b"".join(
        struct.pack(">H", (address + k + unit * 10000) % 65536) for k in range(count)
    )


def reply(unit, function, address, count):
    return crc(bytes([unit, function, 2 * count]) + values(unit, address, count))


def identity(unit):
    """What it says of itself: vendor ACME."""
    return crc(bytes([unit, 0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 4]) + b"ACME")


def answer_identity(port, fault, request):
    good = identity(request[0])
    frames = {
        "silent": [],
        "unit": [identity(request[0] + 1)],
        "crc": [good[:9] + bytes([good[9] ^ 0x10]) + good[10:]],
        "noise": [b"\xa5\x00\xff" + good],
        "short": [good[: len(good) // 2]],
        "busy": [crc(bytes([request[0], 0xAB, 6]))],
        "long": [good * 20],
        "pieces": [good[k : k + 3] for k in range(0, len(good), 3)],
    }
    for piece in frames.get(fault, [good]):
        os.write(port, piece)
        time.sleep(0.002)


def answer(port, fault, request):
    if request[1] == 0x2B:
        return answer_identity(port, fault, request)
    unit, function, address, count = struct.unpack(">BBHH", request[:6])
    good = reply(unit, function, address, count)
    name, _, argument = fault.partition(":")
    if name == "late":
        time.sleep(float(argument))
    frames = {
        "silent": b"",
        "unit": reply(unit + 1, function, address, count),
        "function": reply(unit, 7 - function, address, count),
        "count": reply(unit, function, address, count + 1),
        "crc": good[:4] + bytes([good[4] ^ 0x10]) + good[5:],
        "noise": b"\xa5\x00\xff" + good,
        "short": good[: len(good) // 2],
        "busy": crc(bytes([unit, function | 0x80, 6])),
        "zero": crc(bytes([unit, function | 0x80, 0])),
        "twice": good + good,
        "echo": request + good,
        "lone-echo": request,
        "bad-echo": request[:3] + bytes([request[3] ^ 0x04]) + request[4:] + good,
    }
    if name == "copy":
        threading.Timer(float(argument), os.write, (port, good)).start()
    os.write(port, frames.get(name, good))


def main():
    port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
    tty.setraw(port)
    termios.tcflush(port, termios.TCIOFLUSH)
    faults = sys.argv[2:]
    print("ready", flush=True)
    waiting = b""
    number = 0
    while True:
        try:
            data = os.read(port, 256)
        except OSError:
            return
        if not data:
            return
        waiting += data
        while len(waiting) >= (length := 7 if waiting[1:2] == b"\x2b" else 8):
            request, waiting = waiting[:length], waiting[length:]
            fault = faults[min(number, len(faults) - 1)]
            number += 1
            print("asked", request.hex(), fault, flush=True)
            answer(port, fault, request)


main()
