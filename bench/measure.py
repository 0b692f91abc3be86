"""Times, medians, spreads and ratios, and the tables that show them. Nothing is asserted."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

ROUNDS = 5


@dataclass(frozen=True)
class Times:
    """What several rounds took, in seconds."""

    rounds: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def p95(self) -> float:
        ordered = sorted(self.rounds)
        return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]

    @property
    def spread(self) -> float:
        """(greatest − least) over the median."""
        return (max(self.rounds) - min(self.rounds)) / self.median

    def __str__(self) -> str:
        return f"{seconds(self.median)} ± {self.spread / 2:.0%}"


def seconds(value: float) -> str:
    """A duration that one reads at a glance."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def timed(act: Callable[[], Any], rounds: int = ROUNDS, warm: int = 1, patience: float = 4) -> Times:
    """Run it a few times without counting, then so many times; after so many seconds, five are enough."""
    for _ in range(warm):
        act()
    taken: list[float] = []
    while len(taken) < rounds and (len(taken) < ROUNDS or sum(taken) < patience):
        taken.append(once(act))
    return Times(taken)


def once(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@dataclass
class Table:
    """A title, headings and rows, printed in columns."""

    title: str
    headings: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append([str(cell) for cell in cells])

    def show(self) -> None:
        """Print it at once: a run that is stopped has shown what it measured."""
        lines = [self.headings, *self.rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.headings))]
        print(f"\n{self.title}")
        for position, line in enumerate(lines):
            print(
                "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            )
            if position == 0:
                print("  " + "  ".join("-" * width for width in widths))
        print(flush=True)
