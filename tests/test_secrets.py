"""Only variables and files that a target allows; never the API key; nothing that is not text."""

import pickle
from copy import deepcopy
from json import dumps
from pathlib import Path

import pytest

from reconciler.errors import InputError
from reconciler.model import ApiKeySource, Json, Secret
from reconciler.secrets import SecretReader, api_key

ENVIRON = {"HOOK_TOKEN": "value", "VAPI_API_KEY": "key", "HOOK_EMPTY": "", "HOME": "/root"}


def reader(root: Path) -> SecretReader:
    return SecretReader(
        ENVIRON,
        allowed_env=("HOOK_*", "VAPI_*"),
        allowed_files=("secrets",),
        api_key_env=frozenset({"VAPI_API_KEY"}),
        root=root,
    )


def files(root: Path) -> Path:
    directory = root / "secrets"
    directory.mkdir()
    (directory / "token").write_text("0012345678\n")
    (directory / "binary").write_bytes(b"\xff\xfe")
    (directory / "large").write_text("x" * 100_000)
    (root / "outside").write_text("outside")
    (directory / "link").symlink_to(root / "outside")
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
        ({"file": "outside"}, "may not read the file"),
        ({"file": "secrets/../outside"}, "may not read the file"),
        ({"file": "secrets/link"}, "may not read the file"),
        ({"file": "secretsx"}, "may not read the file"),
        ({"file": "/etc/hostname"}, "may not read the file"),
        ({"file": "secrets/nothing"}, "cannot be read"),
        ({"file": "secrets"}, "cannot be read"),
        ({"file": "secrets/binary"}, "not UTF-8"),
        ({"file": "secrets/large"}, "larger than"),
    ],
)
def test_everything_else_is_refused_in_words(
    tmp_path: Path, reference: dict[str, Json], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        reader(files(tmp_path)).read(reference)


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
