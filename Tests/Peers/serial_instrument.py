"""A serial instrument with pyserial: serial_instrument.py PORT FAULT...

Asked with "READ n" and CR, it answers "VALUE n" and CR LF; the n-th request meets the n-th FAULT,
and the last one for ever:

  ok            answers
  late:SECONDS  answers so much later
  silent        does not answer
  long          answers with 600 bytes before the line end
  cut           answers without the line end
  pieces        answers byte by byte
  hex:DIGITS    answers with these bytes

A line of hexadecimal digits on standard input is sent as it is, without being asked.
"""

import sys
import threading
import time

import serial


def answer(port, fault, text):
    line = text.replace(b"READ", b"VALUE") + b"\r\n"
    name, _, argument = fault.partition(":")
    if name == "late":
        time.sleep(float(argument))
    if name == "hex":
        port.write(bytes.fromhex(argument))
        return
    if name == "pieces":
        for position in range(len(line)):
            port.write(line[position : position + 1])
            time.sleep(0.002)
        return
    port.write(
        {"silent": b"", "long": b"x" * 600 + line, "cut": line[:-2]}.get(name, line)
    )


def send(port):
    for line in sys.stdin:
        port.write(bytes.fromhex(line.strip()))
        print("sent", line.strip(), flush=True)


def main():
    port = serial.Serial(sys.argv[1], 9600)
    faults = sys.argv[2:]
    threading.Thread(target=send, args=(port,), daemon=True).start()
    print("ready", flush=True)
    number = 0
    while True:
        text = port.read_until(b"\r")[:-1]
        fault = faults[min(number, len(faults) - 1)]
        number += 1
        print("asked", text.decode(), fault, flush=True)
        answer(port, fault, text)


main()
