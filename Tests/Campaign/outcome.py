"""What a scenario showed, and the table of all of them."""

import contextlib
import dataclasses
import time


@dataclasses.dataclass
class Outcome:
    scenario: str
    fired: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    violations: int = 0
    seconds: float = 0
    notes: list = dataclasses.field(default_factory=list)
    findings: list = dataclasses.field(default_factory=list)
    skipped: str = ""

    def judge(self, report, where="", count=True):
        """Adds what the checker found; `count` says whether its acknowledgements are new."""
        if count:
            self.acknowledged += report.acknowledged
        self.lost += report.lost
        self.doubled += report.doubled
        self.violations += report.violations
        self.findings += [f"{where}{finding}" for finding in report.findings]

    def violate(self, text):
        self.violations += 1
        self.findings.append(text)

    def expect(self, condition, text):
        if not condition:
            self.violate(text)

    @property
    def failed(self):
        return not self.skipped and (self.violations > 0 or self.fired == 0)


@contextlib.contextmanager
def scenario(name, outcomes):
    """Measures a scenario, and says at once what came of it."""
    outcome, begin = Outcome(name), time.monotonic()
    try:
        yield outcome
    except Skipped as reason:
        outcome.skipped = str(reason)
    except Exception as error:  # whatever goes wrong in one, the others are played
        outcome.violate(f"the scenario broke off: {type(error).__name__}: {error}")
    outcome.seconds = time.monotonic() - begin
    outcomes.append(outcome)
    print(line(outcome), flush=True)
    for text in outcome.findings[:10] + outcome.notes:
        print("    " + text, flush=True)


class Skipped(Exception):
    """It cannot be played on this machine; the text says why."""


HEADER = (f"{'scenario':<24}{'fired':>8}{'acknowledged':>14}{'lost':>6}{'doubled':>9}"
          f"{'violations':>12}{'seconds':>9}")


def line(outcome):
    if outcome.skipped:
        return f"{outcome.scenario:<24}skipped, not possible here: {outcome.skipped}"
    verdict = ""
    if outcome.violations == 0 and outcome.fired == 0:
        verdict = "  no fault fired"
    return (f"{outcome.scenario:<24}{outcome.fired:>8,}{outcome.acknowledged:>14,}"
            f"{outcome.lost:>6}{outcome.doubled:>9}{outcome.violations:>12}"
            f"{outcome.seconds:>9.1f}{verdict}")


def table(outcomes):
    return "\n".join([HEADER, *map(line, outcomes)])
