"""Names, messages and unknown fields of an account cannot paint a terminal, whatever shows them."""

import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.server import Exchange, serving
from tests.cli.process import run

HOSTILE = "a\x1b[31m\u202eb\u2066\x07\r\n::error::c\u2028\x9b\n  ::add-mask::d##[error]e"
NUMBER = {
    "id": f"id-{HOSTILE}",
    "provider": "vapi",
    "name": HOSTILE,
    "orgId": HOSTILE,
    "status": "active",
    "sipUri": "sip:a@sip.vapi.ai",
    "server": {"url": "https://x", HOSTILE: HOSTILE},
    HOSTILE: HOSTILE,
    "createdAt": "2026-01-01T00:00:00.000Z",
    "updatedAt": "2026-01-01T00:00:00.000Z",
}
MANIFEST = (
    "apiVersion: vapi-reconciler/v1\nkind: PhoneNumber\nmetadata: {name: a}\n"
    "spec: {provider: vapi, sipUri: 'sip:a@sip.vapi.ai'}\n"
)


def unsafe(text: str) -> set[str]:
    """What a terminal would act upon, and what a CI job would take for a command."""
    found = {each for each in text if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"}}
    commands = re.findall(r"^\s*::.*|##\w*\[.*", text, re.MULTILINE)
    return found - {"\n"} | set(commands)


def config(url: str) -> str:
    target = {"baseUrl": url, "apiKey": {"env": "VAPI_API_KEY"}, "manifests": ["a.yaml"]}
    document = {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "Config",
        "targets": {"default": target},
    }
    return json.dumps(document)


@contextmanager
def account(directory: Path) -> Iterator[dict[str, str]]:
    """An account that holds a hostile number and refuses every write in hostile words."""

    def answer(exchange: Exchange) -> None:
        if exchange.method == "GET" and exchange.path.startswith("/phone-number?"):
            exchange.answer(200, [NUMBER, NUMBER | {"id": "2", "sipUri": None}])
        elif exchange.method == "GET":
            exchange.answer(200, [{"id": HOSTILE, "name": HOSTILE}])
        else:
            exchange.answer(400, {"message": [HOSTILE, HOSTILE]})

    (directory / "a.yaml").write_text(MANIFEST, "utf-8")
    with serving(answer) as (url, _):
        yield {"VAPI_BASE_URL": url, "VAPI_API_KEY": "key", "NO_COLOR": "1"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "a.yaml"),
        ("plan", "a.yaml", "--verbose"),
        ("plan", "a.yaml", "--format", "json"),
        ("apply", "a.yaml", "--auto-approve"),
        ("apply", "a.yaml", "--auto-approve", "--format", "json"),
        ("apply", "a.yaml", "--auto-approve", "--log-format", "json"),
        ("reconcile", "--dry-run"),
        ("reconcile",),
        ("import", "--all"),
        ("import", "--all", "--format", "json"),
    ],
)
def test_no_control_or_bidi_character_of_the_account_is_printed(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with account(tmp_path) as environ:
        if "reconcile" in arguments:
            (tmp_path / "reconciler.yaml").write_text(config(environ["VAPI_BASE_URL"]), "utf-8")
        ended = run(tmp_path, *arguments, **environ)
    assert "Traceback" not in ended.stderr
    assert ended.stdout
    assert unsafe(ended.stdout + ended.stderr) == set()


@pytest.mark.parametrize("arguments", [("validate",), ("reconcile", "--dry-run"), ("plan",)])
@pytest.mark.parametrize(
    "manifest",
    [
        {"x\n::add-mask::forged": 1},
        {"x\n  ##[error]forged": 1},
        {"metadata": {"name": "a\n::add-mask::forged"}},
        {"spec": {"provider": "vapi\n::add-mask::forged"}},
        {"spec": {"provider": "vapi", "server": {"\n::add-mask::forged": {}}}},
        {"spec": {"provider": "vapi", "sipUri": "\n::add-mask::forged"}},
        {"lifecycle": {"ignoreChanges": ["\n::add-mask::forged"]}},
    ],
)
def test_no_manifest_forges_a_command_or_a_line(
    tmp_path: Path, manifest: dict[str, object], arguments: tuple[str, ...]
) -> None:
    """JSON is YAML: each line break is an escape within one line of the file."""
    whole = {"apiVersion": "vapi-reconciler/v1", "kind": "PhoneNumber", **manifest}
    (tmp_path / "a.yaml").write_text(json.dumps(whole), "utf-8")
    (tmp_path / "reconciler.yaml").write_text(config("http://127.0.0.1:9"), "utf-8")
    ended = run(tmp_path, *arguments, VAPI_API_KEY="key", NO_COLOR="1")
    said = ended.stdout + ended.stderr
    assert ended.returncode == 1
    assert unsafe(said) == set()
    assert not [each for each in said.splitlines() if re.match(r"\W*(::|x3a|add-mask)", each)]


def test_json_keeps_every_character_in_its_escapes(tmp_path: Path) -> None:
    with account(tmp_path) as environ:
        ended = run(tmp_path, "plan", "a.yaml", "--format", "json", **environ)
    (stranger,) = json.loads(ended.stdout)["unmanaged"]
    assert stranger["name"] == HOSTILE


def test_a_missing_name_lists_what_there_is_without_its_tricks(tmp_path: Path) -> None:
    with account(tmp_path) as environ:
        (tmp_path / "a.yaml").write_text(
            MANIFEST.replace("ai'}", "ai', assistantId: {name: x}}"), "utf-8"
        )
        ended = run(tmp_path, "plan", "a.yaml", **environ)
    assert ended.returncode == 1
    assert "there are" in ended.stdout + ended.stderr
    assert unsafe(ended.stdout + ended.stderr) == set()


def test_two_candidates_are_listed_without_their_tricks(tmp_path: Path) -> None:
    with account(tmp_path) as environ:
        name = json.dumps(HOSTILE)
        (tmp_path / "a.yaml").write_text(
            f"{MANIFEST.partition('spec')[0]}binding: {{name: {name}}}\nspec: {{provider: vapi}}\n",
            "utf-8",
        )
        ended = run(tmp_path, "plan", "a.yaml", **environ)
    assert ended.returncode == 1
    assert unsafe(ended.stdout + ended.stderr) == set()
    assert "Traceback" not in ended.stderr
