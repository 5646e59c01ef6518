"""A pymodbus server whose registers hold given values, encoded by pymodbus and plain Python.

Usage: register_matrix.py tcp PORT FILE | rtu PATH FILE

FILE is JSON: [{"address": 0, "type": "int32", "order": "CDAB", "value": -5}, ...]. Beside the types
that pymodbus knows: float16 (struct's "e"), bcd16, bcd32 and bcd64 (the digits of the decimal number
as hexadecimal ones), bool, bit and bits (the whole register as a number). Unit 1 answers;
every other unit is silent. Addresses that hold nothing answer with exception 2; reading address
60000 is answered 2.5 s late.
"""

import asyncio
import json
import struct
import sys

from pymodbus import FramerType
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

LATE = 60000
TYPES = ModbusClientMixin.DATATYPE


PLAIN = {"bool": "uint16", "bit": "uint16", "bits": "uint16"}
DIGITS = {"bcd16": 4, "bcd32": 8, "bcd64": 16}


def straight(kind, value):
    """The registers in the protocol's own order, high word and high byte first."""
    if kind == "float16":
        return list(struct.unpack(">H", struct.pack(">e", value)))
    if kind in DIGITS:
        digits = str(value).zfill(DIGITS[kind])
        return [int(digits[place : place + 4], 16) for place in range(0, len(digits), 4)]
    kind = PLAIN.get(kind, kind)
    return ModbusClientMixin.convert_to_registers(value, TYPES[kind.upper()])


def registers(entry):
    words = straight(entry["type"], entry["value"])
    order = entry["order"]
    if order in ("CDAB", "DCBA"):
        words = words[::-1]
    if order in ("BADC", "DCBA"):
        words = [(word & 0xFF) << 8 | word >> 8 for word in words]
    return words


async def delay(function, start, address, count, current, values):
    if address == LATE:
        await asyncio.sleep(2.5)


async def main():
    mode, port, path = sys.argv[1:]
    with open(path) as file:
        entries = json.load(file)
    data = [
        SimData(entry["address"], values=registers(entry), datatype=DataType.REGISTERS)
        for entry in entries
    ]
    data.append(SimData(LATE, values=[60], datatype=DataType.REGISTERS))
    device = SimDevice(1, simdata=data, action=delay)
    if mode == "tcp":
        server = ModbusTcpServer(
            device, address=("127.0.0.1", int(port)), ignore_missing_devices=True
        )
    else:
        server = ModbusSerialServer(
            device, framer=FramerType.RTU, port=port, baudrate=19200, ignore_missing_devices=True
        )
    await server.serve_forever(background=True)
    port = server.transport.sockets[0].getsockname()[1] if mode == "tcp" else 0
    print("ready", port, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
