"""The files of agent and hub, as SQLite shows them to anybody."""

import os
import sqlite3

SEQ_BITS = 40   # at the hub, a record's position is its journal's number above, its own below


def opened(path):
    connection = sqlite3.connect(f"file:{os.path.abspath(path)}?mode=ro", uri=True, timeout=10)
    connection.text_factory = bytes
    return connection


def hub_records(hub, number):
    """Number, bytes and leaf hash of each record that the hub has of one journal, in order."""
    return hub.execute(
        "SELECT position & ?, body, leaf FROM record WHERE position BETWEEN ? AND ? "
        "ORDER BY position",
        ((1 << SEQ_BITS) - 1, number << SEQ_BITS, (number + 1 << SEQ_BITS) - 1))
