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
        last = json.loads(last)
        for seq, body in records(database, last, stop(database), count):
            leaf = leaf_hash(body.encode())
            nodes = [node for node in tree.append(leaf) if node[0] % NODE_LEVELS == 0]
            database.execute("INSERT INTO record VALUES (?, ?, ?)", (seq, body, leaf))
            if has_nodes:
                database.executemany("INSERT INTO node VALUES (?, ?, ?)", nodes)
        database.execute("UPDATE head SET size = ?, root = ?, frontier = ?",
                         (tree.size, tree.root, tree.frontier))
        # So that the start need not look for scans that a crash lost.
        database.execute("INSERT INTO story VALUES (?, 'event')", (tree.size,))
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    anchor(path, tree)


def anchor(path, tree):
    with open(f"{path}.anchor", "r+", encoding="utf-8") as file:
        stored = json.load(file)
        hashes = [node.hex() for node in tree.edge]
        stored |= {"seq": tree.size, "root": tree.root.hex(),
                   "frontier": {"size": tree.size, "hashes": hashes}}
        file.seek(0)
        json.dump(stored, file)
        file.truncate()


def stop(database):
    """The record of the last stop."""
    body, = database.execute(
        "SELECT body FROM record WHERE json_extract(body, '$.event') = 'agent_stopped' "
        "ORDER BY seq DESC").fetchone()
    return json.loads(body)


def records(database, last, stopped, count):
    """The frames, and then the stop once more."""
    yield from frames(database, last, count)
    seq = last["seq"] + count + 1
    yield seq, json.dumps({**stopped, "at": moment(last, count + 1), "seq": seq}, sort_keys=True,
                          separators=(",", ":"))


def moment(last, number):
    begin = datetime.datetime.fromisoformat(last["at"].replace("Z", "+00:00"))
    at = begin + datetime.timedelta(microseconds=number)
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def frames(database, last, count):
    """As machine-1 would have made them, whose station works on no lot."""
    layout, = database.execute(
        "SELECT seq FROM record WHERE json_extract(body, '$.device') = 'machine-1' AND "
        "json_extract(body, '$.type') = 'layout'").fetchone()
    value, = database.execute(
        "SELECT json_extract(body, '$.v[0]') FROM record WHERE json_extract(body, '$.layout') = ? "
        "AND json_extract(body, '$.v[0]') IS NOT NULL ORDER BY seq DESC", (layout,)).fetchone()
    _, answered = decoded(int(value), 1)
    for number in range(1, count + 1):
        seq = last["seq"] + number
        values = ",".join(str(encoded(address, 1, answered + number))
                          for address in range(REGISTERS))
        yield seq, (f'{{"type":"frame","seq":{seq},"at":"{moment(last, number)}","span":100,'
                    f'"layout":{layout},"bind":[null],"v":[{values}]}}')
