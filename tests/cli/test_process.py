"""The command as a process: how it starts, what it says, and how it ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from reconciler import __version__
from tests.cli.process import run

HEAVY = {
    "httpx",
    "hypothesis",
    "jsonpath",
    "jsonschema",
    "jsonschema_rs",
    "phonenumbers",
    "rich",
    "starlette",
    "tenacity",
    "uvicorn",
    "yaml",
}
LOADED = """
import sys
from reconciler.cli.main import main
try:
    main()
finally:
    print(*sorted({each.partition(".")[0] for each in sys.modules}), file=sys.stderr)
"""
BAD = (
    "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\n"
    "metadata: {name: a}\nspec: {provider: vapi, naem: \u202e本}\n"
)


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("nosuch",), ("plan", "--bad")])
def test_nothing_heavy_is_loaded_to_say_little(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = run(tmp_path, *arguments, code=LOADED)
    loaded = set(ended.stderr.splitlines()[-1].split())
    assert "click" in loaded
    assert loaded & HEAVY == set()


def test_validating_loads_no_http_client(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BAD, "utf-8")
    ended = run(tmp_path, "validate", "a.yaml", code=LOADED)
    loaded = set(ended.stderr.splitlines()[-1].split())
    assert "yaml" in loaded
    assert loaded & {"httpx", "starlette", "uvicorn", "rich", "tenacity"} == set()


def test_it_tells_its_version(tmp_path: Path) -> None:
    ended = run(tmp_path, "--version")
    assert (ended.returncode, ended.stdout) == (0, f"reconciler, version {__version__}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("nosuch",),
        ("plan", "--dry-rnu"),
        ("apply", "--auto-aprove"),
        ("validate", "--format", "xml"),
        ("plan", "--max-deletes", "many"),
        ("plan", "--parallel", "0"),
        ("plan", "--timeout", "never"),
        ("plan", "--selector", "team"),
        ("--target",),
        ("show",),
        ("show", "nothing.json"),
        ("validate", "nothing.yaml"),
        ("validate", "--config", "nothing.yaml"),
        ("plan", "--target", "nosuch", "a.yaml"),
    ],
)
def test_bad_usage_ends_with_1_one_clear_line_and_no_traceback(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    ended = run(tmp_path, *arguments, VAPI_API_KEY="key")
    assert ended.returncode == 1
    assert "rror" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


def test_results_go_to_stdout_and_faults_of_usage_to_stderr(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BAD, "utf-8")
    told = run(tmp_path, "validate", "a.yaml")
    misused = run(tmp_path, "validate", "--nosuch")
    assert (bool(told.stdout), told.stderr) == (True, "")
    assert (misused.stdout, bool(misused.stderr)) == ("", True)


def test_a_terminal_of_a_small_character_set_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BAD, "utf-8")
    ended = run(tmp_path, "validate", "a.yaml", PYTHONIOENCODING="iso-8859-1")
    assert ended.returncode == 1
    assert "\\u672c" in ended.stdout
    assert "Traceback" not in ended.stderr


def test_an_argument_cannot_paint_a_terminal(tmp_path: Path) -> None:
    ended = run(tmp_path, "show", "\x1b[31mred\u202e.json")
    assert "\x1b" not in ended.stderr
    assert "\u202e" not in ended.stderr


def test_a_reader_that_leaves_early_is_no_traceback() -> None:
    command = [sys.executable, "-m", "reconciler", "schema", "show"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait(30) == 1


@pytest.mark.parametrize(
    ("variable", "value"),
    [("VAPI_BASE_URL", "http://api.vapi.ai"), ("VAPI_BASE_URL", "https://[::1")],
)
def test_an_environment_that_is_not_safe_is_told_in_one_line(
    tmp_path: Path, variable: str, value: str
) -> None:
    ended = run(tmp_path, "plan", "a.yaml", VAPI_API_KEY="canary", **{variable: value})
    assert (ended.returncode, ended.stderr.startswith(f"error: {variable}")) == (1, True)
    assert "canary" not in ended.stdout + ended.stderr


@pytest.mark.parametrize("key", ["", "two words"])
def test_without_a_usable_key_nothing_is_asked(tmp_path: Path, key: str) -> None:
    (tmp_path / "a.yaml").write_text(BAD.replace(", naem: \u202e本", ""), "utf-8")
    ended = run(tmp_path, "plan", "a.yaml", VAPI_API_KEY=key)
    assert ended.returncode == 1
    assert "API key" in ended.stderr
    assert "two words" not in ended.stderr


def test_with_two_targets_it_must_be_said_which(tmp_path: Path) -> None:
    one = "{apiKey: {env: K}, manifests: [a.yaml]}"
    (tmp_path / "reconciler.yaml").write_text(
        f"apiVersion: vapi-reconciler/v1\nkind: Config\ntargets: {{prod: {one}, stage: {one}}}\n"
    )
    ended = run(tmp_path, "validate")
    assert ended.returncode == 1
    assert "--target with one of: prod, stage" in ended.stderr


def test_the_options_of_each_command_are_in_its_help(tmp_path: Path) -> None:
    told = run(tmp_path, "apply", "--help").stdout
    for option in ("--auto-approve", "--plan", "--max-recreates", "--target", "--log-format"):
        assert option in told
