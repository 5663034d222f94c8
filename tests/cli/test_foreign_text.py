"""Names, messages and unknown fields of an account cannot paint a terminal, whatever shows them."""

import json
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.api.server import Exchange, serving
from tests.cli.process import run

HOSTILE = "a\x1b[31m\u202eb\u2066\x07\r\n::error::c\u2028\x9b"
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
    found = {each for each in text if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp"}}
    return found - {"\n"}


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
        ("import", "--all"),
        ("import", "--all", "--format", "json"),
    ],
)
def test_no_control_or_bidi_character_of_the_account_is_printed(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with account(tmp_path) as environ:
        ended = run(tmp_path, *arguments, **environ)
    assert "Traceback" not in ended.stderr
    assert ended.stdout
    assert unsafe(ended.stdout + ended.stderr) == set()
    assert "\n::error::" not in ended.stdout + ended.stderr


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
