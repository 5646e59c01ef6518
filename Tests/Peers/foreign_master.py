"""Another program's traffic on a line, with frames made by pymodbus: foreign_master.py PORT

Twenty times a second unit 17 is asked for input registers and answers; unit 18 is asked for a
holding register and is silent. It goes on until it is killed.
"""

import sys
import time

import serial
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadInputRegistersResponse,
)

framer = FramerRTU(DecodePDU(is_server=False))
exchange = [
    ReadInputRegistersRequest(address=100, count=4, dev_id=17),
    ReadInputRegistersResponse(registers=[1, 2, 3, 65535], dev_id=17),
    ReadHoldingRegistersRequest(address=0, count=1, dev_id=18),
]
frames = [framer.buildFrame(message) for message in exchange]

with serial.Serial(sys.argv[1], 19200) as port:
    print("ready", flush=True)
    while True:
        for frame in frames:
            port.write(frame)
            time.sleep(0.016)
