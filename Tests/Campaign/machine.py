"""Modbus TCP machines whose registers say which register of which answer they are.

machine.py PORT COUNT: listens at 127.0.0.1, 127.0.0.2 …, COUNT addresses, until it is killed. Unit,
address and the number of the answer are in every value, so that one that was stored for another
address, or belongs to an older request, shows.
"""

import socketserver
import struct
import sys
import threading

from frames import encoded

REGISTERS = 50


class Machine(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, host, port):
        super().__init__((host, port), Conversation)
        self.answers = {}


class Conversation(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            self.converse()
        except ConnectionError:
            pass

    def converse(self):
        while header := self.rfile.read(7):
            transaction, protocol, length, unit = struct.unpack(">HHHB", header)
            self.wfile.write(self.answer(transaction, protocol, unit, self.rfile.read(length - 1)))

    def answer(self, transaction, protocol, unit, request):
        function, address, count = struct.unpack(">BHH", request[:5])
        if function != 3 or address + count > REGISTERS:
            body = bytes([function | 0x80, 2 if function == 3 else 1])
        else:
            number = self.server.answers.get(unit, 0) + 1
            self.server.answers[unit] = number
            values = [encoded(address + place, unit, number) for place in range(count)]
            body = struct.pack(f">BB{count}H", 3, 2 * count, *values)
        return struct.pack(">HHHB", transaction, protocol, len(body) + 1, unit) + body


def host(unit):
    """Where a unit is reached: each has an address of its own, as each machine has."""
    return f"127.0.0.{unit}"


def profile(period):
    """The device profile of such a machine."""
    signals = "\n".join(
        f"      - {{name: r{address}, title: Register {address}, table: holding, "
        f"address: {address}, type: uint16, unit: \"{{count}}\", quantity: position, "
        "role: reading}"
        for address in range(REGISTERS)
    )
    return f"""profile: campaign-machine
title: Machine of the campaign
kind: other
source: generic

modbus:
  address_base: 0
  order: ABCD
  max_gap: 0
  requests_in_flight: 1

groups:
  - name: registers
    period: {period}
    signals:
{signals}
"""


if __name__ == "__main__":
    listeners = [threading.Thread(target=Machine(host(unit), int(sys.argv[1])).serve_forever)
                 for unit in range(1, int(sys.argv[2]) + 1)]
    for listener in listeners:
        listener.start()
