"""Passes, counted in a file that each process goes on with."""

from dataclasses import replace
from pathlib import Path
from sys import getswitchinterval, setswitchinterval
from threading import Event, Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.held import Turn
from reconciler.model import (
    Action,
    Ending,
    Operation,
    Outcome,
    PassReport,
    Plan,
    Reason,
    Result,
    Status,
    Summary,
    Unhealthy,
)
from reconciler.unattended import Metrics

PATCH = Operation("op-1", Action.PATCH, "PhoneNumber/a", "vapi", "1", Reason.DRIFTED)
PLAN = Plan(
    "prod", "", None, "", "", (PATCH,), (), (), (), (Unhealthy("a", "blocked"),), Summary(),
    bindings={"a": "1", "b": "2"},
)  # fmt: skip
FINE = PassReport(
    "prod",
    "",
    1.5,
    Ending.CHANGED,
    plan=PLAN,
    outcome=Outcome("prod", (Result(PATCH, Status.DONE),), health=PLAN.health),
    requests=3,
    throttled=1,
)
DOWN = PassReport("prod", "", 0.5, Ending.FAILED, "no answer", "api", requests=2)


def samples(path: Path) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(path.read_text()):
        for each in family.samples:
            labels = ",".join(f"{key}={each.labels[key]}" for key in sorted(each.labels))
            found[f"{each.name}{{{labels}}}"] = each.value
    return found


def test_a_pass_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    Metrics(path).add(FINE, 1000.0)
    held = samples(path)
    of = "{target=prod}"
    assert held[f"reconciler_last_success_timestamp_seconds{of}"] == 1000.0
    assert held[f"reconciler_pass_duration_seconds{of}"] == 1.5
    assert held[f"reconciler_numbers_managed{of}"] == 2
    assert held[f"reconciler_numbers_drifted{of}"] == 1
    assert held[f"reconciler_numbers_blocked{of}"] == 0
    assert held[f"reconciler_numbers_unhealthy{of}"] == 1
    assert held[f"reconciler_api_requests_total{of}"] == 3
    assert held[f"reconciler_api_throttled_total{of}"] == 1
    assert held["reconciler_operations_total{action=patch,result=done,target=prod}"] == 1
    assert held["reconciler_passes_total{ending=changed,target=prod}"] == 1


def test_counters_go_on_in_the_next_process(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    for moment in (1000.0, 2000.0):
        Metrics(path).add(FINE, moment)
    held = samples(path)
    assert held["reconciler_api_requests_total{target=prod}"] == 6
    assert held["reconciler_passes_total{ending=changed,target=prod}"] == 2
    assert held["reconciler_numbers_managed{target=prod}"] == 2


def test_a_page_is_whole_while_a_pass_is_counted() -> None:
    metrics = Metrics()
    metrics.add(FINE, 1000.0)
    page = iter(metrics.collect())
    first = next(page)
    # Of another target: its values are new ones.
    metrics.add(replace(FINE, target="test"), 2000.0)
    told = [sample for family in (first, *page) for sample in family.samples]
    assert {each.labels["target"] for each in told} == {"prod"}
    assert metrics.last_pass() == 2000.0


def test_what_a_thread_reads_is_not_changed_under_it() -> None:
    metrics, done, faults = Metrics(), Event(), []

    def read() -> None:
        try:
            while not done.is_set():
                metrics.last_pass()
                list(metrics.collect())
        except RuntimeError as error:
            faults.append(error)

    reader = Thread(target=read)
    interval = getswitchinterval()
    setswitchinterval(1e-6)
    try:
        reader.start()
        for number in range(200):
            metrics.add(replace(FINE, target=str(number)), 1000.0)
    finally:
        done.set()
        reader.join()
        setswitchinterval(interval)
    assert faults == []


def test_a_failed_pass_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    Metrics(path).add(FINE, 1000.0)
    Metrics(path).add(DOWN, 2000.0)
    held = samples(path)
    assert held["reconciler_last_success_timestamp_seconds{target=prod}"] == 1000.0
    assert held["reconciler_last_pass_timestamp_seconds{target=prod}"] == 2000.0
    assert held["reconciler_numbers_managed{target=prod}"] == 2


NAMELESS = replace(DOWN, target="")


def test_what_befell_no_target_is_over_once_a_pass_knows_its_target(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    Metrics(path).add(NAMELESS, 1000.0)
    assert samples(path)["reconciler_last_pass_timestamp_seconds{target=}"] == 1000.0
    Metrics(path).add(FINE, 2000.0)
    held = samples(path)
    assert {each for each in held if "target=}" in each and "_total{" not in each} == set()
    assert held["reconciler_passes_total{ending=failed,target=}"] == 1
    Metrics(path).add(NAMELESS, 3000.0)
    held = samples(path)
    assert held["reconciler_last_pass_timestamp_seconds{target=}"] == 3000.0
    assert held["reconciler_passes_total{ending=failed,target=}"] == 2


def test_it_is_over_too_where_it_could_not_be_written(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    metrics = Metrics(path, patience=0.01)
    metrics.add(NAMELESS, 1000.0)
    with Turn(path).taken(), pytest.raises(OSError, match="another process holds it"):
        metrics.add(NAMELESS, 2000.0)
    metrics.add(FINE, 3000.0)
    held = samples(path)
    assert "reconciler_last_pass_timestamp_seconds{target=}" not in held
    assert held["reconciler_passes_total{ending=failed,target=}"] == 2
    page = [sample for family in metrics.collect() for sample in family.samples]
    assert "" not in {each.labels["target"] for each in page if not each.name.endswith("_total")}


def test_targets_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    Metrics(path).add(FINE, 1000.0)
    Metrics(path).add(PassReport("staging", "", 0.1, Ending.SYNCED), 1000.0)
    held = samples(path)
    assert held["reconciler_passes_total{ending=synced,target=staging}"] == 1
    assert held["reconciler_passes_total{ending=changed,target=prod}"] == 1


def test_processes_that_go_on_together_lose_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    staging = replace(FINE, target="staging")
    ours, theirs = Metrics(path), Metrics(path)
    for moment in (1000.0, 2000.0):
        ours.add(FINE, moment)
        theirs.add(staging, moment)
    for target in ("prod", "staging"):
        assert samples(path)[f"reconciler_api_requests_total{{target={target}}}"] == 6
    assert [each.name for each in tmp_path.glob("*.prom")] == ["m.prom"]


def test_many_processes_that_write_at_once_are_all_counted(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    passing = [
        Thread(target=_passes, args=(Metrics(path), replace(FINE, target=f"t{number}")))
        for number in range(8)
    ]
    for each in passing:
        each.start()
    for each in passing:
        each.join()
    held = samples(path)
    for number in range(8):
        assert held[f"reconciler_api_requests_total{{target=t{number}}}"] == 15


def _passes(metrics: Metrics, report: PassReport) -> None:
    for _ in range(5):
        metrics.add(report, 1000.0)


def test_a_file_that_others_keep_is_written_by_the_next_pass(tmp_path: Path) -> None:
    path = tmp_path / "m.prom"
    metrics = Metrics(path, patience=0.01)
    metrics.add(FINE, 1000.0)
    with Turn(path).taken(), pytest.raises(OSError, match="another process holds it"):
        metrics.add(FINE, 2000.0)
    assert samples(path)["reconciler_api_requests_total{target=prod}"] == 3
    metrics.add(DOWN, 3000.0)
    held = samples(path)
    assert held["reconciler_api_requests_total{target=prod}"] == 8
    assert held["reconciler_last_success_timestamp_seconds{target=prod}"] == 2000.0


@pytest.mark.parametrize("content", [None, "", "no metrics at all {"])
def test_a_file_that_went_bad_is_written_from_what_the_process_knows(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "m.prom"
    metrics = Metrics(path)
    metrics.add(FINE, 1000.0)
    path.unlink()
    if content is not None:
        path.write_text(content)
    metrics.add(FINE, 2000.0)
    assert samples(path)["reconciler_api_requests_total{target=prod}"] == 6


@pytest.mark.parametrize("before", ["", "no metrics at all {", "other_metric 3\n"])
def test_a_file_that_holds_something_else_is_begun_anew(tmp_path: Path, before: str) -> None:
    path = tmp_path / "m.prom"
    path.write_text(before)
    Metrics(path).add(FINE, 1000.0)
    assert samples(path)["reconciler_api_requests_total{target=prod}"] == 3


def test_a_file_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Metrics(tmp_path / "nowhere" / "m.prom").add(FINE, 1000.0)
