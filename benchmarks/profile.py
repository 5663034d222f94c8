"""A count of manifests -> where a plan without change spends its time, by function."""

from __future__ import annotations

import pstats
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.data import write_files
from benchmarks.measure import Trial, page_server

_SHOWN = 40


def main() -> None:
    """Profile one plan, and print the functions with the most time of their own."""
    parser = ArgumentParser(prog="benchmarks.profile")
    parser.add_argument("count", nargs="?", type=int, default=10_000, help="how many manifests")
    count = parser.parse_args().count
    with TemporaryDirectory(prefix="benchmarks-") as scratch, page_server(count) as server:
        directory, figures = Path(scratch), Path(scratch) / "profile"
        write_files(directory / "numbers", count)
        profiled = (sys.executable, "-m", "cProfile", "-o", str(figures), "-m", "reconciler")
        plan = Trial("profile", (*profiled, "plan", "numbers"), directory, server)
        subprocess.run(plan.command, cwd=directory, env=plan.environment, check=True)
        pstats.Stats(str(figures)).strip_dirs().sort_stats("tottime").print_stats(_SHOWN)


if __name__ == "__main__":
    main()
