"""Commands -> wall seconds, CPU seconds and peak memory of each, run in turn.

In turn, so that what slows the machine for a while slows all of them. The figures of memory and CPU
are the operating system's own of the finished process, and count its children that it waited for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).parent.parent
_MIB_IN_KIB: Final = 1024


class BenchmarkError(Exception):
    """A command did not do what is measured; its figures would mean nothing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A page server that runs, and how to ask what was asked of it."""

    base_url: str

    def reset(self) -> Mapping[str, float]:
        """Undo all patches. What was asked since the last time: requests, writes, writeSeconds."""
        request = Request(f"{self.base_url}/reset", method="POST")  # noqa: S310 - our own URL
        with urlopen(request) as answer:  # noqa: S310 - the same
            told: Mapping[str, float] = json.load(answer)
        return told


@dataclass(frozen=True, slots=True)
class Trial:
    """A command to be measured, the directory it runs in, and what its answer must hold."""

    name: str
    command: tuple[str, ...]
    directory: Path
    server: Server | None = None
    expected: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the command sees: those of a user, with compiled code kept."""
        url = {"VAPI_BASE_URL": self.server.base_url} if self.server else {}
        key = {"VAPI_API_KEY": "benchmark", "PYTHONDONTWRITEBYTECODE": ""}
        return {**os.environ, **key, **url, "PYTHONPATH": str(ROOT)}


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run cost: seconds of wall and CPU time, MiB at the peak; and what it asked for."""

    wall: float
    cpu: float
    peak: float
    asked: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """The samples of one trial, in the order of the rounds."""

    trial: Trial
    samples: tuple[Sample, ...]

    def median(self, figure: str) -> float:
        """The median of wall, cpu or peak, or of a figure that the server told."""
        return median(self.all(figure))

    def all(self, figure: str) -> list[float]:
        """The figure of every sample."""
        return [
            each.asked[figure] if figure in each.asked else float(getattr(each, figure))
            for each in self.samples
        ]


def interleave(trials: Sequence[Trial], rounds: int) -> dict[str, Measured]:
    """Run all trials in turn, `rounds` times after one round that does not count, by name.

    Raises BenchmarkError where a command fails or does not say what is expected.
    """
    samples: dict[str, list[Sample]] = {each.name: [] for each in trials}
    for number in range(rounds + 1):
        for each in trials:
            sample = run_once(each)
            if number:
                samples[each.name].append(sample)
    return {each.name: Measured(each, tuple(samples[each.name])) for each in trials}


def run_once(trial: Trial) -> Sample:
    """Run one command to its end. Raises BenchmarkError."""
    started = perf_counter()
    process = subprocess.Popen(
        trial.command,
        cwd=trial.directory,
        env=trial.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None, "it was asked for"  # noqa: S101
    said = process.stdout.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(process.pid, 0)
    wall = perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode or trial.expected not in said:
        raise BenchmarkError(f"{trial.name} ended with {process.returncode}: {said[-2000:]}")
    asked = trial.server.reset() if trial.server else {}
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MIB_IN_KIB, asked)


@contextmanager
def page_server(rows: int, *, latency: float = 0.0, page_latency: float = 0.0) -> Iterator[Server]:
    """A server of `rows` numbers; a patch takes `latency` seconds, a page `page_latency`."""
    command = [sys.executable, "-m", "benchmarks.server", "--rows", str(rows)]
    command += ["--latency", str(latency), "--page-latency", str(page_latency)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None, "it was asked for"  # noqa: S101
        assert process.stdin is not None, "it was asked for"  # noqa: S101
        yield Server(f"http://127.0.0.1:{int(process.stdout.readline())}")
        process.stdin.close()
        process.wait()
