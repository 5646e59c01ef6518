"""Draws GS1 messages with zint, reads the picture with zxing-cpp, takes them apart with biip.

Usage: gs1_oracle.py DATAMATRIX|QRCODE|GS1_128|DATABAR

Reads messages as [01]09506000134352[10]LOT-42, one a line, and answers each with one line of JSON:
    {"aim": "]d2", "bytes": [48, 49, …], "elements": [["01", "09506000134352", ""], …]}
with the date of an element, where biip sees one, in its third place; or {"reason": …} for a message
that one of the three does not take.
"""

import json
import re
import struct
import subprocess
import sys
import tempfile

import biip
import zxingcpp

NUMBERS = {"DATAMATRIX": "71", "QRCODE": "58", "GS1_128": "16", "DATABAR": "31"}


def picture(path):
    """The grey values of a BMP as zint writes it, as rows of bytes."""
    with open(path, "rb") as file:
        data = file.read()
    offset, = struct.unpack_from("<I", data, 10)
    width, height = struct.unpack_from("<ii", data, 18)
    bits, = struct.unpack_from("<H", data, 28)
    stride = (width * bits + 31) // 32 * 4
    palette = data[54:offset]
    rows = bytearray()
    for y in range(height - 1, -1, -1):
        row = data[offset + y * stride:offset + (y + 1) * stride]
        if bits == 24:
            rows += row[:3 * width:3]
        else:
            indices = [row[x * bits // 8] >> (8 - bits - x * bits % 8) & (1 << bits) - 1
                       for x in range(width)]
            rows += bytes(palette[4 * index] for index in indices)
    return memoryview(rows).cast("B", shape=[height, width])


def date(element):
    # biip takes a day without its hour from more AIs than have one.
    return element.date.isoformat() if element.date else ""


def answer(line, number, folder):
    path = f"{folder}/code.bmp"
    drawn = subprocess.run(
        ["zint", "-b", number, "--gs1", "--scale=3", "--quietzones", "-o", path, "-d", line],
        capture_output=True, text=True, check=False,
    )
    if drawn.returncode or drawn.stderr.strip():
        return {"reason": "zint: " + drawn.stderr.strip()}
    found = zxingcpp.read_barcodes(picture(path), text_mode=zxingcpp.TextMode.Plain)
    if len(found) != 1:
        return {"reason": "zxing-cpp reads nothing"}
    code = found[0]
    read = bytes(code.bytes)
    parsed = biip.parse(code.symbology_identifier + read.decode())
    if parsed.gs1_message is None:
        return {"reason": f"biip: {parsed.gs1_message_error}"}
    elements = [[e.ai.ai, e.value, date(e)] for e in parsed.gs1_message.element_strings]
    return {"aim": code.symbology_identifier, "bytes": list(read), "elements": elements}


with tempfile.TemporaryDirectory() as folder:
    for line in sys.stdin:
        try:
            result = answer(line.rstrip("\n"), NUMBERS[sys.argv[1]], folder)
        except Exception as error:  # The test tells what did not work.
            result = {"reason": repr(error)}
        print(json.dumps(result), flush=True)
