"""A Modbus TCP device that takes no notice of the unit, with pymodbus: every_unit.py"""

import asyncio
import socket

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


async def main():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    device = SimDevice(id=0, simdata=[SimData(0, values=[7] * 10, datatype=DataType.REGISTERS)])
    server = ModbusTcpServer(device, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    print("ready", port, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
