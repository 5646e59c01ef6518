"""Asks a device who it is, with pymodbus: identification_client.py TCP-PORT | SERIAL-PORT

Prints one line of JSON for each access code 1, 2 and 3 with all objects of the stream, followed
as long as more follows, then one for object 1 alone and one for the server identification.
"""

import json
import sys

from pymodbus.client import ModbusSerialClient, ModbusTcpClient


def stream(client, code):
    objects, start, conformity = {}, 0, None
    while True:
        reply = client.read_device_information(read_code=code, object_id=start, device_id=1)
        assert not reply.isError(), reply
        conformity = reply.conformity
        objects.update({key: value.decode() for key, value in reply.information.items()})
        if not reply.more_follows:
            return {"code": code, "conformity": conformity, "objects": objects}
        start = reply.next_object_id


place = sys.argv[1]
client = (
    ModbusTcpClient("127.0.0.1", port=int(place), timeout=30)
    if place.isdigit()
    else ModbusSerialClient(place, baudrate=19200, timeout=30)
)
assert client.connect()
for code in (1, 2, 3):
    print(json.dumps(stream(client, code), sort_keys=True), flush=True)
one = client.read_device_information(read_code=4, object_id=1, device_id=1)
print(json.dumps({key: value.decode() for key, value in one.information.items()}), flush=True)
server = client.report_device_id(device_id=1)
print(json.dumps({"id": server.identifier.hex(), "running": server.status}), flush=True)
client.close()
