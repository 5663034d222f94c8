"""`schema diff`: what a newer description means for the manifests at hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.api.server import serving
from tests.forks import Ended
from tests.journeys.desk import Desk
from tests.schema.published import Document, bodies, encoded, fields, plain

NUMBER = {"provider": "vapi", "numberDesiredAreaCode": "415"}


@pytest.fixture
def office(tmp_path: Path) -> Desk:
    return Desk(tmp_path, "http://127.0.0.1:9")


def described(office: Desk, name: str, change: Callable[[Document], None]) -> str:
    document = plain()
    change(document)
    (office.directory / name).write_bytes(encoded(document))
    return name


def stricter(document: Document) -> None:
    """Names may have ten characters, workflows are on their way out, and there is a new field."""
    for each in bodies(document):
        each["name"]["maxLength"] = 10
        each["workflowId"]["deprecated"] = True
        each["recordCalls"] = {"type": "boolean"}


def manifests(office: Desk) -> None:
    office.manifest("short", {**NUMBER, "name": "Support"})
    office.manifest("long", {**NUMBER, "name": "The support of all"})
    office.manifest("flow", {**NUMBER, "name": "Flow", "workflowId": "4f2c1d0a"})
    office.manifest("record", {**NUMBER, "name": "Record", "recordCalls": True})


def test_what_changes_and_what_it_means_are_told(office: Desk) -> None:
    manifests(office)
    ended = office.run(
        "schema", "diff", described(office, "new.json", stricter), "--manifests", "numbers"
    )
    assert ended.code == 2
    assert ended.out == (
        "from  the packaged description (2026-08-20)\n"
        "to    new.json (2026-08-20)\n"
        "\n"
        "  ~ name  maxLength moved from 40 to 10\n"
        "  + recordCalls  new field: true or false, can be changed\n"
        "  ~ workflowId  became deprecated\n"
        "\n"
        "  deprecated  flow  numbers/flow.yaml:9:3  spec.workflowId\n"
        "  newly invalid  long  numbers/long.yaml:1:1\n"
        "    numbers/long.yaml:6:3  R105: spec.name must have at most 10 characters, and has 18\n"
        "  newly valid  record  numbers/record.yaml:1:1\n"
        "3 changes. 4 manifests: 2 still valid, 1 newly invalid, 1 with deprecated fields.\n"
    )


def test_the_same_is_told_to_programs(office: Desk) -> None:
    manifests(office)
    office.configure()
    new = described(office, "new.json", stricter)
    told = office.run("schema", "diff", new, "--format", "json").json
    assert told["differs"] is True
    assert [(each["kind"], each["path"]) for each in told["changes"]] == [
        ("bound", "name"),
        ("field-new", "recordCalls"),
        ("deprecated", "workflowId"),
    ]
    assert {each["name"]: each["standing"] for each in told["manifests"]} == {
        "flow": "still-valid",
        "long": "newly-invalid",
        "record": "newly-valid",
        "short": "still-valid",
    }
    (fault,) = next(each["faults"] for each in told["manifests"] if each["name"] == "long")
    assert (fault["code"], fault["path"], fault["line"]) == ("R105", "spec.name", 6)


def test_two_descriptions_that_do_not_differ_end_with_0(office: Desk) -> None:
    same = described(office, "same.json", lambda _document: None)
    office.run("schema", "build", "--openapi", same, "--out", "built")
    ended = office.run("schema", "diff", same, "built")
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "No changes.")


def test_what_is_in_use_is_what_the_configuration_names(office: Desk) -> None:
    manifests(office)
    new = described(office, "new.json", stricter)
    office.configure()
    config = office.directory / "reconciler.yaml"
    config.write_text(f"schema: {new}\n{config.read_text('utf-8')}", "utf-8")
    assert office.run("schema", "diff", new).code == 0


def test_a_description_may_be_at_a_url(office: Desk) -> None:
    document = plain()
    fields(document, "Server")["timeoutSeconds"]["maximum"] = 600
    with serving(lambda each: each.text(200, encoded(document).decode())) as (url, _):
        ended: Ended = office.run("schema", "diff", f"{url}/api-json")
    assert ended.code == 2
    assert "~ server.timeoutSeconds  maximum moved from 300 to 600" in ended.out


def test_a_bad_use_is_an_error_and_not_a_difference(office: Desk) -> None:
    (office.directory / "none.json").write_text(json.dumps([]))
    for arguments in (["nowhere"], ["none.json"], [], ["http://example.com/a"]):
        ended = office.run("schema", "diff", *arguments)
        assert ended.code == 1, arguments
        assert "Traceback" not in ended.err
