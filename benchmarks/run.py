"""Cases -> their medians and ratios: a table on stdout, and a JSON file."""

from __future__ import annotations

import json
import os
import platform
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.cases import FULL, QUICK, Reach, Scale, groups
from benchmarks.measure import Measured, interleave
from benchmarks.table import table

_LIBRARIES: Final = ("vapi-reconciler", "click", "httpx", "jsonschema-rs", "PyYAML")


def bench(scale: Scale, scratch: Path, only: Sequence[str] = ()) -> dict[str, Any]:
    """Measure all groups, or those named, in `scratch`. The document that is written as JSON."""
    told: list[dict[str, Any]] = []
    with ExitStack() as stack:
        for group in groups(scale, scratch, stack):
            if only and group.name not in only:
                continue
            print(f"{group.name}: {len(group.trials)} commands, {group.rounds} rounds", flush=True)
            measured = interleave(group.trials, group.rounds)
            told.append(
                {
                    "group": group.name,
                    "rounds": group.rounds,
                    "trials": [_figures(each) for each in measured.values()],
                    "reaches": [_reached(each, measured) for each in group.reaches],
                }
            )
    return {"about": _about(), "groups": told}


def _figures(measured: Measured) -> dict[str, Any]:
    asked = bool(measured.trial.server)
    return {
        "name": measured.trial.name,
        **{each: round(measured.median(each), 4) for each in ("wall", "cpu", "peak")},
        "requests": measured.median("requests") if asked else None,
        "walls": [round(each, 4) for each in measured.all("wall")],
    }


def _reached(reach: Reach, measured: Mapping[str, Measured]) -> dict[str, Any]:
    """The median of the ratios, each of two runs of one round."""
    over = measured[reach.trial].all(reach.figure)
    if isinstance(reach.by, str):
        under = measured[reach.by].all(reach.figure)
    else:
        under = [reach.by] * len(over)
    ratios = [one / other for one, other in zip(over, under, strict=True)]
    middle = median(ratios)
    return {
        "text": reach.text,
        "atMost": reach.at_most,
        "measured": round(middle, 4),
        "least": round(min(ratios), 4),
        "most": round(max(ratios), 4),
        "met": middle <= reach.at_most,
    }


def _about() -> dict[str, Any]:
    versions = {"Python": platform.python_version(), **{each: version(each) for each in _LIBRARIES}}
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": len(os.sched_getaffinity(0)),
        "machine": platform.machine(),
        "versions": versions,
    }


def main() -> None:
    """Measure, print the table, and write it where it is asked for."""
    parser = ArgumentParser(prog="benchmarks.run")
    parser.add_argument("group", nargs="*", help="the groups to measure; all where none is named")
    parser.add_argument("--quick", action="store_true", help="small counts, in a minute")
    parser.add_argument("--json", type=Path, help="where the figures go")
    said = parser.parse_args()
    with TemporaryDirectory(prefix="benchmarks-") as scratch:
        document = bench(QUICK if said.quick else FULL, Path(scratch), said.group)
    sys.stdout.write("\n".join(["", *table(document), ""]))
    if said.json:
        said.json.write_text(json.dumps(document, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
