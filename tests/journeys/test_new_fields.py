"""A description that is newer than this program -> its fields work on the same day."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from reconciler.schema.build import build_schema
from reconciler.schema.packaged import OVERLAY, read_packaged
from tests.api.server import serving
from tests.cli.process import run
from tests.journeys.desk import COMMAND, Desk, sandbox
from tests.schema.published import bodies, encoded, plain

SPEC = {"provider": "vapi", "numberDesiredAreaCode": "415", "recordCalls": True}


def tomorrow() -> bytes:
    """A description with a field that ours does not have."""
    document = plain()
    for each in bodies(document):
        each["recordCalls"] = {"type": "boolean", "description": "Record every call."}
    return encoded(document)


@contextmanager
def serving_sandbox(directory: Path, *arguments: str) -> Iterator[str]:
    """`reconciler sandbox` in a directory; yields its URL."""
    with subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        cwd=directory,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


def test_a_new_field_is_validated_applied_and_served_at_once(tmp_path: Path) -> None:
    (tmp_path / "vapi.json").write_bytes(tomorrow())
    ended = run(tmp_path, "schema", "build", "--openapi", "vapi.json", "--out", "built")
    assert ended.returncode == 0, ended.stderr
    with serving_sandbox(tmp_path, "--openapi", "built") as url:
        desk = Desk(tmp_path, url)
        desk.manifest("support", SPEC)
        assert "there is no field spec.recordCalls" in desk.run("validate", "numbers").out
        desk.configure()
        config = tmp_path / "reconciler.yaml"
        config.write_text(f"schema: built\n{config.read_text('utf-8')}", "utf-8")
        assert desk.run("validate").code == 0
        assert desk.run("apply", "--auto-approve").code == 0
        (number,) = desk.numbers()
        assert number["recordCalls"] is True
        assert desk.run("plan", "--detailed-exitcode").code == 0
        desk.edit(number["id"], {"recordCalls": False})
        assert "recordCalls" in desk.run("plan").out
        (tmp_path / "numbers/support.yaml").unlink()
        (tmp_path / "reconciler.lock.json").unlink()
        assert desk.run("import", "--all").code == 0
    (written,) = (tmp_path / "numbers").iterdir()
    assert "recordCalls: false" in written.read_text("utf-8")


def test_a_schema_whose_numbers_nothing_tells_apart_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vapi.json").write_bytes(tomorrow())
    assert (
        run(tmp_path, "schema", "build", "--openapi", "vapi.json", "--out", "built").returncode == 0
    )
    table = tmp_path / "built/fields.json"
    table.write_text(re.sub(r'"identity": [0-9]+', '"identity": 0', table.read_text("utf-8")))
    desk = Desk(tmp_path, "http://127.0.0.1:9")
    desk.manifest("support", {"provider": "vapi"})
    desk.configure()
    config = tmp_path / "reconciler.yaml"
    config.write_text(f"schema: built\n{config.read_text('utf-8')}", "utf-8")
    for command in (("validate",), ("plan",), ("import", "--all")):
        ended = desk.run(*command)
        assert "tells one number from another" in ended.out + ended.err
        assert "Traceback" not in ended.err


def test_a_sandbox_serves_what_the_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "vapi.json").write_bytes(tomorrow())
    Desk(tmp_path, "http://127.0.0.1:9").configure()
    config = tmp_path / "reconciler.yaml"
    config.write_text(f"schema: vapi.json\n{config.read_text('utf-8')}", "utf-8")
    with serving_sandbox(tmp_path) as url:
        assert Desk(tmp_path, url).ask("POST", "/phone-number", SPEC)["recordCalls"] is True


def test_a_description_is_built_from_a_url_in_one_command(tmp_path: Path) -> None:
    with serving(lambda each: each.text(200, tomorrow().decode())) as (url, _):
        ended = run(tmp_path, "schema", "build", "--openapi", f"{url}/api-json", "--out", "built")
    assert ended.returncode == 0, ended.stderr
    schema = json.loads((tmp_path / "built/phone-number.schema.json").read_bytes())
    assert "recordCalls" in schema["$defs"]["spec-vapi"]["properties"]
    assert "note: BackoffPlan.type: an enum of type object is one of string" in ended.stderr


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ("nowhere", "nowhere: cannot be read"),
        ("numbers", "numbers/phone-number.schema.json: cannot be read"),
        ("numbers/a.yaml", "numbers/a.yaml is not an OpenAPI document"),
    ],
)
def test_a_schema_that_is_none_is_told(tmp_path: Path, schema: str, says: str) -> None:
    desk = Desk(tmp_path, "http://127.0.0.1:9")
    desk.manifest("a", SPEC)
    desk.configure()
    config = tmp_path / "reconciler.yaml"
    config.write_text(f"schema: {schema}\n{config.read_text('utf-8')}", "utf-8")
    ended = desk.run("validate")
    assert ended.code == 1
    assert says in ended.out
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("file", "at", "value"),
    [
        (
            "phone-number.schema.json",
            ("$defs", "spec-vapi", "properties", "name"),
            {"type": "file"},
        ),
        ("phone-number.schema.json", ("$defs", "spec-vapi", "required"), True),
        ("phone-number.schema.json", ("$defs", "spec-vapi"), {"$ref": "https://example.com/a"}),
        ("phone-number.schema.json", ("$defs",), []),
        ("fields.json", ("providers", "vapi", "fields", "name", "group"), ["a"]),
        ("fields.json", ("providers", "vapi", "fields", "name", "identity"), "first"),
        ("fields.json", ("providers",), 5),
    ],
)
@pytest.mark.parametrize(
    "command",
    [("validate",), ("plan",), ("apply", "--auto-approve"), ("reconcile",), ("schema", "show")],
    ids=lambda command: command[0],
)
def test_a_directory_that_was_edited_into_something_else_is_told(
    tmp_path: Path, command: tuple[str, ...], file: str, at: tuple[str, ...], value: object
) -> None:
    desk = using(tmp_path, built_once())
    edit(tmp_path / "built" / file, at, value)
    ended = desk.run(*command)
    assert ended.code == 1
    assert f"built/{file}: " in ended.out + ended.err
    assert "Traceback" not in ended.err


def test_the_frame_of_a_manifest_is_the_programs_own_whatever_a_directory_says(
    tmp_path: Path,
) -> None:
    desk = using(tmp_path, built_once())
    for key, value in (("required", []), ("properties", {}), ("type", "array")):
        edit(tmp_path / "built/phone-number.schema.json", (key,), value)
    assert desk.run("validate").code == 0
    (tmp_path / "numbers/support.yaml").write_text("kind: PhoneNumber\n", "utf-8")
    assert "metadata is missing" in desk.run("validate").out


@pytest.mark.parametrize("value", [5, {"post": []}, {"post": {"requestBody": 5}}])
def test_a_sandbox_tells_of_a_description_that_was_edited_into_something_else(
    tmp_path: Path, value: object
) -> None:
    desk = using(tmp_path, built_once())
    edit(tmp_path / "built/vapi.openapi.json", ("paths", "/phone-number"), value)
    ended = desk.run("sandbox", "--port", "0")
    assert ended.code == 1
    assert "does not say which providers" in ended.err
    assert "Traceback" not in ended.err


@cache
def built_once() -> dict[str, bytes]:
    """The files that `schema build` makes of the description of tomorrow."""
    made = build_schema(tomorrow(), read_packaged(OVERLAY))
    return {
        "phone-number.schema.json": made.manifest_schema,
        "fields.json": made.field_table,
        "vapi.openapi.json": made.description,
    }


def using(directory: Path, files: dict[str, bytes]) -> Desk:
    """A desk whose configuration names a directory with these files."""
    (directory / "built").mkdir()
    for name, content in files.items():
        (directory / "built" / name).write_bytes(content)
    desk = Desk(directory, "http://127.0.0.1:9")
    desk.manifest("support", SPEC)
    desk.configure()
    config = directory / "reconciler.yaml"
    config.write_text(f"schema: built\n{config.read_text('utf-8')}", "utf-8")
    return desk


def edit(file: Path, at: tuple[str, ...], value: object) -> None:
    """Put a value somewhere into a JSON file."""
    document = json.loads(file.read_bytes())
    *outer, last = at
    holder = document
    for step in outer:
        holder = holder[step]
    holder[last] = value
    file.write_text(json.dumps(document), "utf-8")


def test_schema_show_shows_what_the_configuration_names(tmp_path: Path) -> None:
    desk = using(tmp_path, built_once())
    assert desk.run("schema", "show").out.encode() == built_once()["phone-number.schema.json"]


def test_a_number_of_a_provider_that_only_the_new_schema_knows_may_be_ignored(
    tmp_path: Path,
) -> None:
    text = tomorrow().replace(b'"telnyx"', b'"acme"')
    desk = using(tmp_path, built_once())
    (tmp_path / "vapi.json").write_bytes(text)
    config = tmp_path / "reconciler.yaml"
    ignoring = config.read_text("utf-8").replace(
        "manifests:", "ignore: [{provider: acme}]\n    manifests:"
    )
    config.write_text(ignoring, "utf-8")
    assert "R403" in desk.run("validate").out
    config.write_text(ignoring.replace("schema: built", "schema: vapi.json"), "utf-8")
    assert desk.run("validate").code == 0


def test_a_description_larger_than_20_mb_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "vapi.json").open("wb") as file:
        file.truncate(20_000_001)
    ended = run(tmp_path, "schema", "build", "--openapi", "vapi.json")
    assert ended.returncode == 1
    assert "vapi.json: is larger than 20 MB" in ended.stderr


def test_a_field_that_the_api_no_longer_takes_is_traced_to_its_line(tmp_path: Path) -> None:
    (tmp_path / "vapi.json").write_bytes(tomorrow())
    with sandbox() as url:
        desk = Desk(tmp_path, url)
        desk.manifest("support", SPEC)
        desk.configure()
        config = tmp_path / "reconciler.yaml"
        config.write_text(f"schema: vapi.json\n{config.read_text('utf-8')}", "utf-8")
        ended = desk.run("apply", "--auto-approve")
        told = desk.run("apply", "--auto-approve", "--format", "json").json
    assert ended.code == 1
    assert "property recordCalls should not exist" in ended.out
    assert "= help: recordCalls was sent because of numbers/support.yaml:8:3" in ended.out
    assert "reconciler schema diff" in ended.out
    assert "numbers/support.yaml:8:3" in told["operations"][0]["error"]["help"]


def test_what_answers_hold_beyond_the_description_is_noted_for_who_asks(tmp_path: Path) -> None:
    with sandbox(new_fields=True) as url:
        desk = Desk(tmp_path, url)
        desk.manifest("support", {"provider": "vapi", "numberDesiredAreaCode": "415"})
        desk.manifest("sales", {"provider": "vapi", "numberDesiredAreaCode": "415"})
        assert desk.apply().code == 0
        quiet, wordy = desk.run("plan", "numbers"), desk.run("plan", "numbers", "--verbose")
    note = "note: vapi: latestVersion is a field that the description does not know\n"
    assert (quiet.code, wordy.code) == (0, 0)
    assert "latestVersion" not in quiet.err
    assert wordy.err.count(note) == 1
