"""A pass over a real account, with a clock that the test sets."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reconciler.api import Client
from reconciler.apply import Run, Stop
from reconciler.config import Target
from reconciler.job import Job
from reconciler.model import ApiKeySource, Ending, Freeze, Limits, PassReport, Secret
from reconciler.passes import Course, one_pass
from reconciler.report import PASS_FORMATS, PassView
from reconciler.report.news import Told, news
from reconciler.schema.packaged import load_fields, load_manifest_schema
from reconciler.unattended import Metrics
from tests.journeys.desk import Desk, sandbox, sip

BEFORE = datetime(2026, 11, 23, 7, 59, 59, tzinfo=UTC)
WITHIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
WINDOW = Freeze(cron="* 8-17 * * 1-5")
SAID = "frozen by * 8-17 * * 1-5 (UTC)"


@contextmanager
def desk(directory: Path, *faults: str) -> Iterator[Desk]:
    """Three numbers that are to be created."""
    with sandbox(faults=faults) as url:
        made = Desk(directory, url)
        for key in ("a", "b", "c"):
            made.manifest(key, sip(key))
        yield made


def one(desk: Desk, begins_after: int | None) -> PassReport:
    """One pass, in which the window begins after so many requests; None for never."""
    job = Job(
        target=Target("prod", desk.url, ApiKeySource(), freeze=(WINDOW,)),
        paths=(str(desk.directory / "numbers"),),
        fields=load_fields(),
        schema=load_manifest_schema(),
        read_secret=None,
        now=lambda: "2026-11-23T07:59:59.000Z",
        lock_path=desk.directory / "reconciler.lock.json",
    )
    run = Run(1, lambda _result: None, lambda _seconds: None, Stop())
    with Client(desk.url, Secret("key")) as client:

        def now() -> datetime:
            is_within = begins_after is not None and client.requests >= begins_after
            return WITHIN if is_within else BEFORE

        begun = PassReport("prod", job.now(), 0.0, Ending.FAILED)
        return one_pass(begun, job, client, Course(Limits(), run, now))


def line(report: PassReport) -> str:
    return PASS_FORMATS["text"](PassView(report)).splitlines()[0]


def test_a_window_that_begins_during_a_pass_ends_it(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        report = one(made, begins_after=2)
        assert [each["name"] for each in made.numbers()] == ["a"]
        assert (report.ending, report.message) == (Ending.FROZEN, SAID)
        assert line(report) == (
            f"prod: 1 created, 0 changed, 0 released, then {SAID}, 2 operations waiting, "
            "1 number (0.0 s, 0 requests)"
        )
        rest = one(made, begins_after=None)
        assert (rest.ending, len(made.numbers())) == (Ending.CHANGED, 3)


def test_as_json_a_pass_that_a_window_ended_tells_what_was_done_and_what_waits(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as made:
        document = json.loads(PASS_FORMATS["json"](PassView(one(made, begins_after=3))))
    assert (document["ending"], document["message"]) == ("frozen", SAID)
    told = [
        (each["status"], each["error"] and each["error"]["kind"]) for each in document["operations"]
    ]
    assert told == [("done", None), ("done", None), ("skipped", "frozen")]
    assert [each["address"] for each in document["pending"]] == ["PhoneNumber/c"]


def test_a_window_before_the_first_write_writes_nothing_at_all(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        report = one(made, begins_after=1)
        assert (report.ending, made.numbers()) == (Ending.FROZEN, [])
        assert line(report).startswith(f"prod: {SAID}, 3 operations waiting, 0 numbers (")
        assert not (tmp_path / "reconciler.lock.json").exists()


def test_what_failed_before_a_window_is_told_as_ever(tmp_path: Path) -> None:
    with desk(tmp_path, "POST:400@2") as made:
        report = one(made, begins_after=3)
        assert len(made.numbers()) == 1
    assert report.ending is Ending.PARTIAL
    assert report.message.splitlines()[0] == "1 failed, 1 not tried"
    assert f"PhoneNumber/c: not tried: {SAID}" in report.message


def test_a_pass_that_a_window_ended_proves_nothing_and_is_measured_as_frozen(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as made:
        report = one(made, begins_after=2)
    lines, told = news(Told(trouble="failed: before"), report, 0.0)
    assert lines == ("create PhoneNumber/a: done",)
    assert told.trouble == "failed: before"
    partial = replace(report, ending=Ending.PARTIAL)
    for each in (report, partial):
        metrics = Metrics()
        metrics.add(each, 1.0)
        values = {one.name: one.samples[0].value for one in metrics.collect()}
        assert values["reconciler_frozen"] == 1
        assert values["reconciler_numbers_managed"] == 1


def test_two_numbers_that_swap_are_not_left_half_way_in_a_window(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        one(made, begins_after=None)
        made.manifest("a", sip("b"), binding={"name": "a"})
        made.manifest("b", sip("a"), binding={"name": "b"})
        made.manifest("c", sip("c", assistantId="new"))
        report = one(made, begins_after=2)
        uris = {each["name"]: each["sipUri"] for each in made.numbers()}
    assert (uris["a"], uris["b"]) == ("sip:b@sip.vapi.ai", "sip:a@sip.vapi.ai")
    assert report.outcome is not None
    waiting = [each.operation.address for each in report.outcome.results if each.error_kind]
    assert (report.ending, waiting) == (Ending.FROZEN, ["PhoneNumber/c"])
