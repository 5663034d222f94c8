"""Only variables and files that a target allows; never the API key; nothing that is not text."""

import os
import pickle
from copy import deepcopy
from json import dumps
from pathlib import Path

import pytest

from reconciler.errors import InputError
from reconciler.model import ApiKeySource, Json, Reach, Secret
from reconciler.secrets import SecretReader, api_key

ENVIRON = {"HOOK_TOKEN": "value", "VAPI_API_KEY": "key", "HOOK_EMPTY": "", "HOOK_BYTES": "\udcff"}


def reader(root: Path) -> SecretReader:
    return SecretReader(
        ENVIRON,
        Reach(
            env=("HOOK_*", "VAPI_*"),
            files=("secrets",),
            key_env=frozenset({"VAPI_API_KEY"}),
            key_files=frozenset({str(root / "secrets" / "vapi.key")}),
            root=str(root),
        ),
    )


def files(root: Path) -> Path:
    directory = root / "secrets"
    directory.mkdir()
    (directory / "token").write_text("0012345678\n")
    (directory / "binary").write_bytes(b"\xff\xfe")
    (directory / "large").write_text("x" * 100_000)
    (directory / "empty").write_text("\n")
    (directory / "vapi.key").write_text("key")
    (directory / "same.key").symlink_to(directory / "vapi.key")
    os.mkfifo(directory / "pipe")
    (directory / "loop").symlink_to(directory / "loop")
    (root / "outside").write_text("outside")
    (directory / "link").symlink_to(root / "outside")
    (directory / "up").symlink_to(root)
    (directory / "inner").symlink_to(directory / "token")
    return root


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ({"env": "HOOK_TOKEN"}, "value"),
        ({"file": "secrets/token"}, "0012345678"),
        ({"file": "secrets/inner"}, "0012345678"),
        ({"file": "secrets/../secrets/token"}, "0012345678"),
    ],
)
def test_what_is_allowed_is_read(tmp_path: Path, reference: dict[str, Json], value: str) -> None:
    assert reader(files(tmp_path)).read(reference).reveal() == value


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ({"env": "HOME"}, "may not read the variable HOME"),
        ({"env": "VAPI_API_KEY"}, "API key"),
        ({"env": "HOOK_UNSET"}, "not set"),
        ({"env": "HOOK_EMPTY"}, "not set"),
        ({"env": "HOOK_BYTES"}, "not UTF-8"),
        ({"file": "secrets/up/outside"}, "may not read the file"),
        ({"file": "outside"}, "may not read the file"),
        ({"file": "secrets/../outside"}, "may not read the file"),
        ({"file": "secrets/link"}, "may not read the file"),
        ({"file": "secretsx"}, "may not read the file"),
        ({"file": "/etc/hostname"}, "may not read the file"),
        ({"file": "secrets/nothing"}, "cannot be read"),
        ({"file": "secrets"}, "cannot be read"),
        ({"file": "secrets/vapi.key"}, "holds the API key"),
        ({"file": "secrets/same.key"}, "holds the API key"),
        ({"file": "secrets/empty"}, "is empty"),
        ({"file": "secrets/pipe"}, "no regular file"),
        ({"file": "secrets/loop"}, "cannot be read"),
        ({"file": "secrets/nul\0"}, "cannot be the name of a file"),
        ({"file": ""}, "may not read the file"),
        ({"env": ""}, "may not read the variable"),
        ({"file": "secrets/binary"}, "not UTF-8"),
        ({"file": "secrets/large"}, "larger than"),
    ],
)
def test_everything_else_is_refused_in_words(
    tmp_path: Path, reference: dict[str, Json], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        reader(files(tmp_path)).read(reference)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"0012345678", "0012345678"),
        (b"two\nlines\n", "two\nlines"),
        (b"two ends\n\n", "two ends\n"),
        (b"of Windows\r\n", "of Windows"),
        (b"\xef\xbb\xbfmarked", "marked"),
        (b" spaces stay ", " spaces stay "),
        ("pä$$wörd".encode(), "pä$$wörd"),
    ],
)
def test_a_file_is_the_secret_without_its_last_line_break(
    tmp_path: Path, content: bytes, value: str
) -> None:
    (files(tmp_path) / "secrets" / "one").write_bytes(content)
    assert reader(tmp_path).read({"file": "secrets/one"}).reveal() == value


def test_without_a_list_nothing_may_be_read(tmp_path: Path) -> None:
    nothing = SecretReader(ENVIRON, Reach(root=str(files(tmp_path))))
    for reference in ({"env": "HOOK_TOKEN"}, {"file": "secrets/token"}):
        with pytest.raises(InputError, match="may not read"):
            nothing.read(reference)


def test_the_case_of_a_variable_matters() -> None:
    with pytest.raises(InputError, match="may not read"):
        SecretReader(ENVIRON, Reach(env=("hook_*",))).read({"env": "HOOK_TOKEN"})


def test_a_secret_tells_where_it_came_from_and_no_more(tmp_path: Path) -> None:
    secret = reader(files(tmp_path)).read({"file": "secrets/token"})
    assert (secret.origin, str(secret)) == ("file secrets/token", "(sensitive)")


def test_an_api_key_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("  4f2c1d00\n\n")
    assert api_key(ApiKeySource(file=str(path)), {}).reveal() == "4f2c1d00"


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"\xff", b"k\xc3\xa9y"])
def test_a_file_that_holds_no_api_key_is_named_and_not_shown(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        api_key(ApiKeySource(file=str(path)), {})
    assert str(path) in raised.value.message
    assert "words" not in raised.value.message


def test_an_api_key_that_is_nowhere_is_told_with_where_it_was_looked_for() -> None:
    with pytest.raises(InputError, match="VAPI_API_KEY or VAPI_TOKEN"):
        api_key(ApiKeySource(env=("VAPI_API_KEY", "VAPI_TOKEN")), {"VAPI_TOKEN": " "})


def test_the_first_variable_that_is_set_holds_the_api_key() -> None:
    source = ApiKeySource(env=("VAPI_API_KEY", "VAPI_TOKEN"))
    assert api_key(source, {"VAPI_TOKEN": " token\n"}).reveal() == "token"


@pytest.mark.parametrize("value", ["", "  ", "two words", "new\nline", "unicöde"])
def test_what_cannot_be_an_api_key_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(InputError) as raised:
        api_key(ApiKeySource(env=("K",)), {"K": value})
    assert value.strip() == "" or value not in raised.value.message


def test_no_text_shows_a_secret() -> None:
    secret = Secret("canary", "env X")
    shown = [
        str(secret),
        repr(secret),
        f"{secret} {secret!r} {secret:>20}",
        dumps({"a": secret}),
        str(pickle.loads(pickle.dumps(secret))),  # noqa: S301 - our own
        secret.upper() + secret[0:] + "".join(secret),
        repr([deepcopy(secret)]),
    ]
    assert not any("canary" in each for each in shown)
    assert deepcopy(secret).reveal() == "canary"


def test_two_secrets_are_equal_when_their_values_are() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "(sensitive)"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
