"""What is left of frames that were pruned, and whether the tree can still be proved with it."""

BLOCK, LEVEL = 256, 8   # records of a block, which is a complete subtree of that level


class Pruned:
    """The blocks whose frames are gone, from the first record on.

    A block that holds nothing but frames left its root; of others, the hashes of all records are
    kept, and the records that are no frames.
    """

    def __init__(self, database, report):
        self.report = report
        self.roots, self.leaves = {}, {}
        if database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'pruned'").fetchone():
            for number, root, leaves in database.execute("SELECT number, root, leaves FROM pruned"):
                self.roots[number], self.leaves[number] = root, leaves
        if sorted(self.roots) != list(range(len(self.roots))):
            report("pruned", None, f"blocks {sorted(self.roots)[:9]} … leave others out")
        self.gone = []        # first and last of each row of records that are not there
        self.records = []     # those that say what was pruned
        self.confirmed = 0    # the last that was pruned as confirmed by every hub

    @property
    def size(self):
        """How many records, from the first, are in such a block."""
        return BLOCK * len(self.roots)

    def instead(self, first, end):
        """What stands in the tree for the records from `first` to before `end`, and at what level.

        Stops where neither a hash nor a whole block's root is there: that is a hole.
        """
        seq = first
        while seq < end and seq <= self.size:
            number, place = divmod(seq - 1, BLOCK)
            leaves = self.leaves[number]
            if leaves is not None:
                yield leaves[32 * place:32 * place + 32], 0
                seq += 1
            elif place == 0 and seq + BLOCK <= end:
                yield self.roots[number], LEVEL
                seq += BLOCK
            else:
                break
        if seq > first:
            self.gone.append((first, seq - 1))

    def compare(self, seq, leaf):
        """A record that stayed is the one whose hash was kept."""
        number, place = divmod(seq - 1, BLOCK)
        if number not in self.roots:
            return
        leaves = self.leaves[number]
        if leaves is None or len(leaves) != 32 * BLOCK:
            self.report("pruned", seq, "is in a block of which no hashes were kept")
        elif leaves[32 * place:32 * place + 32] != leaf:
            self.report("pruned", seq, "is not the record whose hash was kept")

    def complete(self, level, number, node):
        if level == LEVEL and self.roots.get(number, node) != node:
            self.report("pruned", BLOCK * number + 1, "begins a block with another root")

    def take(self, record):
        self.records.append(record)
        if record["confirmed"]:
            self.confirmed = record["to"]

    def finish(self):
        """Each block was pruned by one record, which says how many frames went with it."""
        last = 0
        for record in self.records:
            if record["from"] != last + 1:
                self.report("pruned", record["seq"], f"begins at {record['from']}; those before "
                            f"end at {last}")
            last = record["to"]
            count = sum(max(0, min(end, last) - max(begin, record["from"]) + 1)
                        for begin, end in self.gone)
            if count != record["frames"]:
                self.report("pruned", record["seq"], f"says that {record['frames']} frames went; "
                            f"{count} records are not there")
        if last != self.size:
            self.report("pruned", last, f"is the last that is said to be pruned; {self.size} are")
