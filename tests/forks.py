"""Runs of `reconciler` as processes that are forked from one that has everything imported."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a run ended; a negative code is the signal that ended it."""

    code: int
    out: str
    err: str
    steps: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Forks:
    """`warm.py` at work; one run at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self,
        arguments: Sequence[str],
        directory: Path,
        environ: Mapping[str, str],
        *,
        kill_at: int | None = None,
        started: Callable[[int], None] = lambda _pid: None,
    ) -> Ended:
        """One run; `started` is told its process id."""
        assert self._process.stdin is not None
        run = {
            "argv": list(arguments),
            "cwd": str(directory),
            "env": dict(environ),
            "kill_at": kill_at,
        }
        self._process.stdin.write(json.dumps(run) + "\n")
        self._process.stdin.flush()
        started(self._read()["pid"])
        return Ended(**self._read())

    def _read(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@cache
def forks() -> Forks:
    """The one of this test process; it ends when its stdin does."""
    return Forks()
