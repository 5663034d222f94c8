"""No file is read without end: not a device, not a pipe that nobody fills, not a large one."""

import os
from pathlib import Path
from threading import Thread

import pytest

from reconciler.errors import InputError
from reconciler.files import MAX_JSON_NESTING, is_deeper, parse_json, read_given, read_regular
from reconciler.lockfile import read_lock
from reconciler.manifests import read_gitops_state
from tests.cli.process import run

SIZES = [0, 1, 9, 10, 11, 65_535, 65_536, 65_537, 200_000]
CONFIG = "apiVersion: vapi-reconciler/v1\nkind: Config\ntargets: {prod: {apiKey: {env: K}, %s}}\n"
MANIFEST = (
    "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\nmetadata: {name: a}\n"
    "spec: {provider: vapi, sipUri: 'sip:a@sip.vapi.ai'}\n"
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("most", SIZES)
def test_a_file_is_read_whole_or_one_byte_past_the_bound(
    tmp_path: Path, size: int, most: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    for read in (read_given, read_regular):
        assert len(read(path, most)) == min(size, most + 1)


def test_a_pipe_that_is_given_is_read_to_its_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_bytes(b"x" * 100_000))
    writer.start()
    assert len(read_given(pipe, 1_000_000)) == 100_000
    writer.join()


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "."])
def test_nothing_but_a_regular_file_is_read_unasked(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r"no regular file|directory"):
        read_regular(tmp_path / name, 10)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_that_is_nested_without_end_is_no_value(text: bytes) -> None:
    with pytest.raises(ValueError, match="nested deeper than 150 levels"):
        parse_json(text)


def test_a_lock_of_any_nesting_is_told_as_broken(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("[" * 100_000)
    with pytest.raises(InputError, match="not whole JSON: it is nested deeper than 150 levels"):
        read_lock(path, "prod", "https://api.vapi.ai")


@pytest.mark.parametrize("name", ["pipe", "/dev/zero"])
def test_a_lock_or_a_state_that_is_no_regular_file_cannot_be_read(
    tmp_path: Path, name: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no regular file"):
        read_lock(tmp_path / name, "prod", "https://api.vapi.ai")
    with pytest.raises(InputError, match="no regular file"):
        read_gitops_state(str(tmp_path / name))


@pytest.mark.parametrize("name", ["pipe", "/dev/zero"])
def test_a_policy_that_is_no_regular_file_cannot_be_read(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "reconciler.yaml").write_text(CONFIG % f"manifests: [a.yaml], policy: [{name}]")
    (tmp_path / "a.yaml").write_text(MANIFEST)
    ended = run(tmp_path, "validate")
    first = ended.stdout.splitlines()[0]
    assert ended.returncode == 1
    assert first == f"error[R406]: {name}: cannot be read: it is no regular file"


def test_a_saved_plan_of_any_nesting_is_told_as_broken(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("[" * 100_000)
    (tmp_path / "a.yaml").write_text(MANIFEST)
    for command in (("show", "plan.json"), ("apply", "a.yaml", "--plan", "plan.json")):
        ended = run(tmp_path, *command, VAPI_API_KEY="key")
        assert ended.returncode in (1, 3)
        assert "plan.json: is not whole JSON: it is nested deeper than 150 levels" in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")])
def test_a_value_is_read_to_the_bound_and_no_deeper(start: str, end: str) -> None:
    def nested(levels: int) -> bytes:
        return f"{start * levels}1{end * levels}".encode()

    assert not is_deeper(parse_json(nested(MAX_JSON_NESTING)), MAX_JSON_NESTING)
    assert is_deeper(parse_json(nested(MAX_JSON_NESTING)), MAX_JSON_NESTING - 1)
    with pytest.raises(ValueError, match="nested deeper than 150 levels"):
        parse_json(nested(MAX_JSON_NESTING + 1))
    assert not is_deeper("text", 0)


def test_what_was_told_before_may_be_anything(tmp_path: Path) -> None:
    (tmp_path / ".reconciler.default.told.json").write_text("[" * 100_000)
    (tmp_path / "reconciler.yaml").write_text(CONFIG.replace("prod", "default") % "manifests: [n]")
    ended = run(tmp_path, "reconcile", K="key")
    assert "Traceback" not in ended.stderr
    assert "default: failed" in ended.stdout
