"""A pymodbus server that holds what a manual's page says, and nothing else.

Usage: manual_page.py PORT FILE

FILE is JSON: {"first": 1, "holding": {"1": 2345, "2": 0}}. Registers are numbered as on the page, which
counts from "first". Unit 1 answers; every register that the page does not have is refused with
exception 2, and the other tables have none of them.
"""

import asyncio
import json
import sys

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def empty(kind):
    """A table must hold something; nobody asks for the last address."""
    return [SimData(65535, values=[0], datatype=kind)]


async def main():
    port, path = sys.argv[1:]
    with open(path) as file:
        page = json.load(file)
    registers = sorted((int(number), word) for number, word in page["holding"].items())
    holding = [
        SimData(number - page["first"], values=[word], datatype=DataType.REGISTERS)
        for number, word in registers
    ]
    device = SimDevice(
        1,
        simdata=(empty(DataType.BITS), empty(DataType.BITS), holding, empty(DataType.REGISTERS)),
    )
    server = ModbusTcpServer(device, address=("127.0.0.1", int(port)))
    await server.serve_forever(background=True)
    print("ready", server.transport.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
