"""A git revision and paths -> the manifests that stood there."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.errors import InputError
from reconciler.manifests.load import manifests_in
from reconciler.model import Manifest

_SUFFIXES: Final = (".yaml", ".yml")
_SECONDS: Final = 60


def load_at(revision: str, paths: Sequence[str]) -> tuple[Manifest, ...]:
    """Read the manifests that `paths` held at a revision; files that are none are left out.

    Raises InputError outside of a git repository, and for a revision that is not there.
    """
    if _git("rev-parse", "--is-inside-work-tree") is None:
        raise InputError("--base needs a git repository, and this directory is in none")
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise InputError(f"--base {revision}: there is no such revision here", help=_help())
    tree = _git("ls-tree", "-r", "-z", commit.decode().strip(), "--", *paths) or b""
    blobs = dict(_blobs(tree))
    found: list[Manifest] = []
    for (file, _), content in zip(blobs.items(), _contents(blobs.values()), strict=True):
        manifests, _faults = manifests_in(content, file)
        found.extend(manifests)
    return tuple(found)


def current_commit() -> str | None:
    """The commit that the working directory is at; None outside of a git repository."""
    try:
        head = _git("rev-parse", "--verify", "--quiet", "HEAD")
    except InputError:
        return None
    return head.decode().strip() if head else None


def _blobs(tree: bytes) -> Iterator[tuple[str, bytes]]:
    """The manifest files of `git ls-tree -z`, each with the id of its content."""
    for entry in tree.split(b"\0"):
        about, tab, name = entry.partition(b"\t")
        if tab and os.fsdecode(name).endswith(_SUFFIXES):
            yield os.fsdecode(name), about.split()[2]


def _contents(ids: Iterable[bytes]) -> Iterator[bytes]:
    """The content of each blob, read by one process."""
    wanted = list(ids)
    output = _git("cat-file", "--batch", given=b"".join(each + b"\n" for each in wanted)) or b""
    position = 0
    for _ in wanted:
        start = output.index(b"\n", position) + 1
        size = int(output[position:start].split()[2])
        yield output[start : start + size]
        position = start + size + 1


def _help() -> str:
    shallow = _git("rev-parse", "--is-shallow-repository")
    if shallow and shallow.strip() == b"true":
        return "the clone is shallow: fetch the whole history (fetch-depth: 0), or that revision"
    return "give a branch, a tag or a commit, such as origin/main"


def _git(*arguments: str, given: bytes = b"") -> bytes | None:
    """What git prints, or None where it fails. Raises InputError where git is not installed."""
    try:
        done = subprocess.run(  # noqa: S603 - arguments are passed as they are, through no shell
            ["git", *arguments],  # noqa: S607 - the git that the user uses
            input=given,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
        )
    except FileNotFoundError:
        raise InputError("--base needs git, and it is not installed") from None
    except subprocess.TimeoutExpired:
        raise InputError(f"git gave no answer within {_SECONDS} seconds") from None
    return done.stdout if done.returncode == 0 else None
