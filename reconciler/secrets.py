"""References in manifests -> Secret: only variables and files that the target allows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from reconciler.errors import InputError
from reconciler.model import ApiKeySource, Json, Reach, Secret

MAX_BYTES: Final = 64_000


@dataclass(frozen=True, slots=True)
class SecretReader:
    """Reads what manifests refer to, and nothing else.

    `validate` asks as much of a manifest by name; here links have been followed.
    """

    environ: Mapping[str, str]
    reach: Reach

    def read(self, reference: Mapping[str, Json]) -> Secret:
        """The secret behind `{env: NAME}` or `{file: PATH}`.

        Raises InputError where it is not allowed, not there, or not text.
        """
        if "env" in reference:
            return self._variable(str(reference["env"]))
        return self._file(str(reference["file"]))

    def _variable(self, name: str) -> Secret:
        if name in self.reach.key_env:
            raise InputError(f"{name} holds the API key, which no manifest may read")
        if not any(fnmatchcase(name, pattern) for pattern in self.reach.env):
            raise InputError(
                f"manifests may not read the variable {name}",
                help=f"to allow it, add {name} to the target's secrets.env in reconciler.yaml",
            )
        value = self.environ.get(name)
        if not value:
            raise InputError(f"the variable {name} is not set", help=f"export {name}=…")
        if not _is_utf8(value):
            raise InputError(f"the variable {name} is not UTF-8 text")
        return Secret(value, f"env {name}")

    def _file(self, name: str) -> Secret:
        root = Path(self.reach.root)
        try:
            real = _real(root / name)
        except ValueError:
            raise InputError(f"{name!r} cannot be the name of a file") from None
        if real in {_real(Path(each)) for each in self.reach.key_files}:
            raise InputError(f"the file {name} holds the API key, which no manifest may read")
        if not any(real.is_relative_to(_real(root / each)) for each in self.reach.files):
            raise InputError(
                f"manifests may not read the file {name}",
                help="to allow it, add its directory to the target's secrets.files",
            )
        if real.exists() and not real.is_file():
            raise InputError(f"the file {name} cannot be read: it is no regular file")
        if not (value := _text(real, name)):
            raise InputError(f"the file {name} is empty")
        return Secret(value, f"file {name}")


def api_key(source: ApiKeySource, environ: Mapping[str, str]) -> Secret:
    """The API key of a target. Raises InputError where there is none, or it cannot be one."""
    if source.file:
        value = _text(Path(source.file), source.file)
        where = source.file
    else:
        where = " or ".join(source.env)
        value = next((environ[each] for each in source.env if environ.get(each)), "")
    key = value.strip()
    if not key:
        raise InputError(
            f"there is no API key in {where}",
            help="use the private key of the organisation, from the Vapi dashboard",
        )
    if not key.isascii() or not key.isprintable() or " " in key:
        raise InputError(f"what stands in {where} is no API key: it holds spaces or odd characters")
    return Secret(key, where)


def _real(path: Path) -> Path:
    """Where a path leads, past `..` and links."""
    return Path(os.path.realpath(path))


def _text(path: Path, name: str) -> str:
    """A file's text without its last newline. Raises InputError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"the file {name} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"the file {name} is larger than {MAX_BYTES // 1000} kB")
    try:
        return data.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise InputError(f"the file {name} is not UTF-8 text") from None


def _is_utf8(value: str) -> bool:
    """Whether a variable's bytes are UTF-8: Python shows those that are not as surrogates."""
    return not any("\ud800" <= each <= "\udfff" for each in value)
