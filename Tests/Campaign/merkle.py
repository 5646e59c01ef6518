"""The Merkle tree of RFC 9162, section 2.1, written for the checker alone."""

import hashlib


def leaf_hash(body):
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows at its right edge; `complete` holds (level, number): hash where that is asked for."""

    def __init__(self):
        self.size = 0
        self.edge = []

    def append(self, node, level=0):
        """Adds a leaf, or a complete subtree of 2^level leaves where as many are before it.

        Gives (level, number, hash) of each subtree that is complete with it.
        """
        made = [(level, self.size >> level, node)] if level else []
        leaves = 1 << level
        while self.size >> level & 1:
            node = node_hash(self.edge.pop(), node)
            level += 1
            made.append((level, self.size >> level, node))
        self.edge.append(node)
        self.size += leaves
        return made

    @property
    def root(self):
        if not self.edge:
            return hashlib.sha256(b"").digest()
        node = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            node = node_hash(left, node)
        return node

    @property
    def frontier(self):
        return b"".join(self.edge)
