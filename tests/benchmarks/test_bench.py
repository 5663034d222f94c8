"""The benchmarks run, measure what they say, and refuse figures of a command that failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.cases import Scale
from benchmarks.measure import BenchmarkError, Trial, run_once
from benchmarks.run import bench
from benchmarks.table import table

TINY = Scale((100,), writes=8, latency=0.01, rounds=1)


def test_an_apply_is_measured_beside_its_floor(tmp_path: Path) -> None:
    document = bench(TINY, tmp_path, ["apply"])

    (group,) = document["groups"]
    assert [each["requests"] for each in group["trials"]] == [10, 10, 10]
    assert group["trials"][0]["wall"] > TINY.writes * TINY.latency
    floors = [each["measured"] for each in group["reaches"] if "latency" in each["text"]]
    assert len(floors) == 2
    assert min(floors) >= 1
    assert "| apply --parallel 16 |" in "\n".join(table(document))


def test_a_plan_is_measured_with_and_without_changes(tmp_path: Path) -> None:
    document = bench(TINY, tmp_path, ["plan 100"])

    (group,) = document["groups"]
    (requests,) = group["reaches"]
    assert [each["requests"] for each in group["trials"]] == [2, 2, 2]
    assert (requests["measured"], requests["met"]) == (1, True)
    assert all(each["peak"] > 10 for each in group["trials"])


def test_a_command_that_fails_gives_no_figures(tmp_path: Path) -> None:
    wrong = Trial("wrong", (sys.executable, "-c", "raise SystemExit(3)"), tmp_path)

    with pytest.raises(BenchmarkError, match="ended with 3"):
        run_once(wrong)


def test_a_command_that_says_something_else_gives_no_figures(tmp_path: Path) -> None:
    silent = Trial("silent", (sys.executable, "-c", ""), tmp_path, expected="300 changed")

    with pytest.raises(BenchmarkError, match="silent"):
        run_once(silent)
