"""Plays faults against the built programs, and ends with a table; see Documentation/campaign.md."""

import argparse
import os
import sys

import clones
import damage
import errors
import kill
import network
import power
import process
import retention
import syscalls
from outcome import table

# Of each scenario: what plays it, and how often in the long form and in the short one.
SCENARIOS = {
    "kill": (kill.play, 2_000, 20),
    "power": (power.play, 1_000, 20),
    "syscalls": (syscalls.play, 1_000, 6),
    "errors": (errors.play, 1_000, 4),
    "network": (network.play, 20, 2),
    "process": (process.play, 120, 3),
    "retention": (retention.play, 60, 3),
    "damage": (damage.play, 10, 1),
    "clones": (clones.play, 10, 1),
}


def main():
    parser = argparse.ArgumentParser(prog="Scripts/campaign", description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer of everything")
    parser.add_argument("what", nargs="*", metavar="SCENARIO [COUNT]",
                        help=f"one or more of {', '.join(SCENARIOS)}; without any, all")
    given = parser.parse_args()
    chosen = []
    for word in given.what:
        if word.isdigit() and chosen:
            chosen[-1][1] = int(word)
        elif word in SCENARIOS:
            chosen.append([word, None])
        else:
            parser.error(f"there is no scenario {word!r}; there are {', '.join(SCENARIOS)}")
    os.nice(5)
    outcomes = []
    for name, count in chosen or [[name, None] for name in SCENARIOS]:
        play, long, short = SCENARIOS[name]
        play(outcomes, count if count is not None else short if given.short else long)
    print("\n" + table(outcomes))
    sys.exit(1 if any(outcome.failed for outcome in outcomes) else 0)


if __name__ == "__main__":
    main()
