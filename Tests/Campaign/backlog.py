"""Makes a stopped agent's journal longer, as if it had recorded for days without a hub."""

import contextlib
import datetime
import json
import sqlite3

from frames import decoded, encoded
from machine import REGISTERS
from merkle import Tree, leaf_hash

NODE_LEVELS = 8


def grow(path, count):
    """Appends `count` frames behind the last record, one microsecond apart."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("BEGIN")
        tree = Tree()
        for (body,) in database.execute("SELECT body FROM record ORDER BY seq"):
            tree.append(leaf_hash(body.encode()))
            last = body
        has_nodes = database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'node'").fetchone()
        for seq, body in frames(database, json.loads(last), count):
            leaf = leaf_hash(body.encode())
            nodes = [node for node in tree.append(leaf) if node[0] % NODE_LEVELS == 0]
            database.execute("INSERT INTO record VALUES (?, ?, ?)", (seq, body, leaf))
            if has_nodes:
                database.executemany("INSERT INTO node VALUES (?, ?, ?)", nodes)
        database.execute("UPDATE head SET size = ?, root = ?, frontier = ?",
                         (tree.size, tree.root, tree.frontier))
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def frames(database, last, count):
    """As machine-1 would have made them, whose station works on no lot."""
    layout, = database.execute(
        "SELECT seq FROM record WHERE json_extract(body, '$.device') = 'machine-1' AND "
        "json_extract(body, '$.type') = 'layout'").fetchone()
    value, = database.execute(
        "SELECT json_extract(body, '$.v[0]') FROM record WHERE json_extract(body, '$.layout') = ? "
        "AND json_extract(body, '$.v[0]') IS NOT NULL ORDER BY seq DESC", (layout,)).fetchone()
    _, answered = decoded(int(value), 1)
    begin = datetime.datetime.fromisoformat(last["at"].replace("Z", "+00:00"))
    for number in range(1, count + 1):
        at = begin + datetime.timedelta(microseconds=number)
        seq = last["seq"] + number
        values = ",".join(str(encoded(address, 1, answered + number))
                          for address in range(REGISTERS))
        yield seq, (f'{{"type":"frame","seq":{seq},"at":"{at:%Y-%m-%dT%H:%M:%S.%f}Z","span":100,'
                    f'"layout":{layout},"bind":[null],"v":[{values}]}}')
