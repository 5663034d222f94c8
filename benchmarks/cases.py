"""What is measured: commands beside their references, and how far each is meant to reach."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

from benchmarks.data import write_files
from benchmarks.measure import Server, Trial, page_server

_RECONCILER: Final = str(Path(sys.executable).parent / "reconciler")
_PAGE_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Reach:
    """A figure of one trial, divided by the same of another or by a constant, and its bound."""

    text: str
    trial: str
    figure: str
    by: str | float
    at_most: float


@dataclass(frozen=True, slots=True)
class Group:
    """Trials that run in turn, how often, and what they are meant to reach."""

    name: str
    trials: tuple[Trial, ...]
    rounds: int
    reaches: tuple[Reach, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: counts of manifests, writes, their latency in seconds, and rounds."""

    counts: tuple[int, ...]
    writes: int
    latency: float
    rounds: int


FULL: Final = Scale((100, 1_000, 10_000, 100_000), writes=300, latency=0.05, rounds=5)
QUICK: Final = Scale((100, 1_000), writes=60, latency=0.02, rounds=3)


def groups(scale: Scale, scratch: Path, stack: ExitStack) -> Iterator[Group]:
    """Every group, its data made and its servers started just before it is asked for."""
    yield _apply(scale, scratch, stack)


def _apply(scale: Scale, scratch: Path, stack: ExitStack) -> Group:
    """Patches that each take the API a while, few and many at once."""
    directory = scratch / "apply"
    write_files(directory / "numbers", scale.writes, changed=scale.writes)
    server = stack.enter_context(page_server(scale.writes, latency=scale.latency))
    seconds = scale.writes * scale.latency
    return Group(
        "apply",
        tuple(_applying(scale, directory, server, parallel) for parallel in (1, 4, 16)),
        scale.rounds,
        (
            _within(seconds, 4, 1.1),
            _within(seconds, 16, 1.15),
            Reach(
                "requests: its pages, one list of assistants, one a change",
                "apply --parallel 16",
                "requests",
                _lists(scale.writes) + scale.writes,
                1.0,
            ),
        ),
    )


def _within(seconds: float, parallel: int, at_most: float) -> Reach:
    return Reach(
        f"writes / (operations x latency / {parallel})",
        f"apply --parallel {parallel}",
        "writeSeconds",
        seconds / parallel,
        at_most,
    )


def _applying(scale: Scale, directory: Path, server: Server, parallel: int) -> Trial:
    options = ("--auto-approve", "--max-changes", "100%", "--parallel", str(parallel))
    return Trial(
        f"apply --parallel {parallel}",
        (_RECONCILER, "apply", "numbers", *options),
        directory,
        server,
        f"{scale.writes} changed",
    )


def _lists(count: int) -> int:
    """The list requests that a plan of `count` numbers is meant to cost."""
    return ceil(count / _PAGE_ROWS) + 1
