"""What is measured: commands beside their references, and how far each is meant to reach."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

from benchmarks.data import write_files, write_one_file
from benchmarks.measure import Server, Trial, page_server
from benchmarks.peer import octodns

_PYTHON: Final = sys.executable
_RECONCILER: Final = str(Path(sys.executable).parent / "reconciler")
_PAGE_ROWS: Final = 1000
_MIB: Final = "peak"
_NO_CHANGE: Final = "No changes."
# What the whole plan is held against: reading the same files, and nothing else.
_LOAD: Final = """\
import os, yaml
for name in sorted(os.listdir("same")):
    with open(f"same/{name}", "rb") as file:
        yaml.load(file, yaml.CSafeLoader)
"""


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
    """How much is measured: counts of manifests, writes, their latency in seconds, and rounds.

    `middle` is the count that references and octoDNS are held against, and `largest` one that is
    held against the middle; 0 for neither.
    """

    counts: tuple[int, ...]
    writes: int
    latency: float
    rounds: int
    middle: int = 0
    largest: int = 0


FULL: Final = Scale((100, 1_000), 300, latency=0.05, rounds=5, middle=10_000, largest=100_000)
QUICK: Final = Scale((100, 1_000), 60, latency=0.02, rounds=3)


def groups(scale: Scale, scratch: Path, stack: ExitStack) -> Iterator[Group]:
    """Every group; its data is made and its servers are started just before it is handed out."""
    yield _start(scale, scratch / "start")
    yield _apply(scale, scratch / "apply", stack)
    for count in scale.counts:
        plans = _Plans(count, scratch / f"plans-{count}", stack)
        yield Group(f"plan {count}", plans.trials(), scale.rounds, (plans.requests(),))
    if scale.middle:
        middle = _Plans(scale.middle, scratch / "middle", stack)
        yield _middle(scale, middle, scratch)
        largest = _Plans(scale.largest, scratch / "largest", stack)
        yield _largest(middle, largest)


def _start(scale: Scale, directory: Path) -> Group:
    """What every command costs, whatever it is about to do."""
    write_files(directory / "numbers", 1)
    bare = Trial("python -c 'import click'", (_PYTHON, "-c", "import click"), directory)
    version = Trial("reconciler --version", (_RECONCILER, "--version"), directory)
    usage = Trial("reconciler --help", (_RECONCILER, "--help"), directory)
    validate = Trial("validate 1 file", (_RECONCILER, "validate", "numbers"), directory)
    return Group(
        "start",
        (bare, version, usage, validate),
        3 * scale.rounds,  # a tenth of a second each: more rounds, less noise
        (Reach("--version / importing click", version.name, "wall", bare.name, 1.3),),
    )


def _apply(scale: Scale, directory: Path, stack: ExitStack) -> Group:
    """Patches that each take the API a while, few and many at once."""
    write_files(directory / "numbers", scale.writes, changed=scale.writes)
    server = stack.enter_context(page_server(scale.writes, latency=scale.latency))
    seconds = scale.writes * scale.latency
    requests = _lists(scale.writes) + scale.writes
    many = "apply --parallel 16"
    return Group(
        "apply",
        tuple(_applying(scale, directory, server, parallel) for parallel in (1, 4, 16)),
        scale.rounds,
        (
            _within(seconds, 4, 1.1),
            _within(seconds, 16, 1.15),
            Reach("apply: requests / (lists + changes)", many, "requests", requests, 1.0),
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


class _Plans:
    """Plans of one count of manifests, each against a live number of its own."""

    def __init__(self, count: int, directory: Path, stack: ExitStack) -> None:
        self.count = count
        self.directory = directory
        self._changed = count // 100
        write_files(directory / "same", count)
        write_files(directory / "moved", count, changed=self._changed)
        write_one_file(directory / "one" / "all.yaml", count)
        self._server = stack.enter_context(page_server(count))

    def unchanged(self) -> Trial:
        """One manifest a file, and nothing to do."""
        return self._trial("files", "same", _NO_CHANGE)

    def trials(self) -> tuple[Trial, ...]:
        """In files of their own, with and without changes, and all in one file."""
        change = f"0 to add, {self._changed} to change"
        return (
            self.unchanged(),
            self._trial("files, 1% changed", "moved", change),
            self._trial("in one file", "one", _NO_CHANGE),
        )

    def requests(self) -> Reach:
        """Requests are counted against the pages that the rows fill, and one list of assistants."""
        text = f"plan {self.count}: requests / (pages + lists)"
        return Reach(text, self.unchanged().name, "requests", _lists(self.count), 1.0)

    def _trial(self, shape: str, path: str, expected: str) -> Trial:
        command = (_RECONCILER, "plan", path)
        return Trial(f"plan {self.count} {shape}", command, self.directory, self._server, expected)


def _middle(scale: Scale, plans: _Plans, scratch: Path) -> Group:
    """A plan beside what reading its files costs, and beside octoDNS on as many records."""
    plan = plans.unchanged().name
    files = f"{plans.count} files"
    validate = Trial(f"validate {files}", (_RECONCILER, "validate", "same"), plans.directory)
    load = Trial(f"yaml.load of {files}", (_PYTHON, "-c", _LOAD), plans.directory)
    small, equal = octodns(scratch, plans.count)
    return Group(
        f"plan {plans.count}",
        (*plans.trials(), validate, load, small, equal),
        scale.rounds,
        (
            Reach("plan / loading its files with CSafeLoader", plan, "wall", load.name, 1.0),
            Reach("plan / octoDNS, records of 5 lines", plan, "wall", small.name, 0.5),
            Reach("plan / octoDNS, records of 27 lines", plan, "wall", equal.name, 0.08),
            Reach(f"plan {files}: peak MiB", plan, _MIB, 1.0, 150),
            plans.requests(),
        ),
    )


def _largest(middle: _Plans, plans: _Plans) -> Group:
    """Ten times as much, and how much more than ten times as long."""
    plan, smaller = plans.unchanged().name, middle.unchanged().name
    return Group(
        f"plan {plans.count}",
        (middle.unchanged(), *plans.trials()),
        2,  # minutes each
        (
            Reach(f"plan {plans.count} / {middle.count}", plan, "wall", smaller, 11),
            Reach(f"plan {plans.count} files: peak MiB", plan, _MIB, 1.0, 1.2 * 1024),
            plans.requests(),
        ),
    )


def _lists(count: int) -> int:
    """The list requests that a plan of `count` numbers is meant to cost."""
    return ceil(count / _PAGE_ROWS) + 1
