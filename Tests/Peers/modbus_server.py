"""Serves Modbus with pymodbus: modbus_server.py tcp | rtu_over_tcp | rtu PORT
                                     | tls CERTIFICATE KEY AUTHORITY VERSION

Units 1 and 5, every table with addresses 0 to 2999, each value made from unit and address; unit 9
stays silent. Address 3000 and above is refused with exception 2, and so is input register 2500 of
unit 5; reading holding register 2999 of unit 1 fails with exception 6 (busy). It says what it is in
objects that do not fit into one reply. Over TLS, VERSION is the only one that it speaks (1.2, 1.3);
clients must show a certificate of AUTHORITY, and need none where that is "none".
"""

import asyncio
import socket
import ssl
import sys

from pymodbus.constants import ExcCodes
from pymodbus.framer import FramerType
from pymodbus.pdu.device import ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer, ModbusTcpServer, ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice

COUNT = 3000
IDENTITY = ModbusDeviceIdentification(
    info_name={
        "VendorName": "ACME Instruments",
        "ProductCode": "TX-" + "9" * 100,
        "MajorMinorRevision": "V2.1",
        "VendorUrl": "u" * 90,
        "ProductName": "p" * 60,
        "ModelName": "TX 400",
        "UserApplicationName": "oven watch",
    }
)


def bits(unit, salt):
    return [(address * 7 + address // 5 + unit + salt) % 3 == 0 for address in range(COUNT)]


def registers(unit, salt):
    return [(address * 31 + unit * 1000 + salt) % 65536 for address in range(COUNT)]


async def busy(function, start, address, count, current, new):
    if function == 3 and address <= COUNT - 1 < address + count:
        return ExcCodes.DEVICE_BUSY
    return None


async def hole(function, start, address, count, current, new):
    if function == 4 and address <= 2500 < address + count:
        return ExcCodes.ILLEGAL_ADDRESS
    return None


def mute(sending, frame):
    """Keeps silent for unit 9, as a device that is off does."""
    unit = frame[6 if sys.argv[1] in ("tcp", "tls") else 0] if frame else 0
    return b"" if sending and unit == 9 else frame


def device(unit):
    return SimDevice(
        id=unit,
        simdata=(
            [SimData(0, values=bits(unit, 0), datatype=DataType.BITS)],
            [SimData(0, values=bits(unit, 1), datatype=DataType.BITS)],
            [SimData(0, values=registers(unit, 0), datatype=DataType.REGISTERS)],
            [SimData(0, values=registers(unit, 7), datatype=DataType.REGISTERS)],
        ),
        action={1: busy, 5: hole}.get(unit),
    )


def tls(certificate, key, authority, version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = context.maximum_version = {
        "1.2": ssl.TLSVersion.TLSv1_2,
        "1.3": ssl.TLSVersion.TLSv1_3,
    }[version]
    if authority != "none":
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority)
    return context


async def main():
    units = [device(1), device(5), device(9)]
    if sys.argv[1] != "rtu":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = {
            "identity": IDENTITY,
            "framer": FramerType.RTU if sys.argv[1] == "rtu_over_tcp" else FramerType.SOCKET,
            "address": ("127.0.0.1", port),
            "trace_packet": mute,
        }
        if sys.argv[1] == "tls":
            server = ModbusTlsServer(units, sslctx=tls(*sys.argv[2:]), **options)
        else:
            server = ModbusTcpServer(units, **options)
    else:
        port = 0
        server = ModbusSerialServer(
            units,
            identity=IDENTITY,
            framer=FramerType.RTU,
            port=sys.argv[2],
            baudrate=19200,
            parity="N",
            trace_packet=mute,
        )
    await server.serve_forever(background=True)
    print("ready", port, flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
