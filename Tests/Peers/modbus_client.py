"""Reads holding registers: modbus_client.py tcp|rtu_over_tcp PORT UNIT ADDRESS COUNT
                                          | tls PORT UNIT ADDRESS COUNT CERTIFICATE KEY AUTHORITY

It prints the registers, or what went wrong. Over TCP that is pymodbus; over TLS it is Python's ssl
with frames of our own, because pymodbus has no header there, unlike MODBUS/TCP Security. The server's
name must be "localhost"; CERTIFICATE is "none" for a client without one.
"""

import socket
import ssl
import struct
import sys

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.framer import FramerType

kind, (port, unit, address, count) = sys.argv[1], map(int, sys.argv[2:6])


def over_tcp():
    framer = FramerType.RTU if kind == "rtu_over_tcp" else FramerType.SOCKET
    client = ModbusTcpClient("127.0.0.1", port=port, framer=framer, timeout=10, retries=0)
    client.connect()
    reply = client.read_holding_registers(address, count=count, device_id=unit)
    return reply if reply.isError() else reply.registers


def over_tls(certificate, key, authority):
    context = ssl.create_default_context(cafile=authority)
    if certificate != "none":
        context.load_cert_chain(certificate, key)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        with context.wrap_socket(raw, server_hostname="localhost") as secure:
            secure.sendall(struct.pack(">HHHBBHH", 1, 0, 6, unit, 3, address, count))
            reply = b""
            while len(reply) < 9 + 2 * count:
                part = secure.recv(300)
                if not part:
                    raise OSError("closed")
                reply += part
    return struct.unpack(f">{count}H", reply[9:])


try:
    found = over_tls(*sys.argv[6:9]) if kind == "tls" else over_tcp()
    print(" ".join(map(str, found)) if isinstance(found, (list, tuple)) else found)
except (ModbusException, OSError) as error:
    print("failed:", error)
