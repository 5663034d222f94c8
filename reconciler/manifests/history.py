"""A git revision and paths -> the manifests that stood there."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.errors import InputError, unbroken
from reconciler.manifests.find import CONFIG_NAME, SUFFIXES, path_fault
from reconciler.manifests.load import Loaded, manifests_in
from reconciler.model import Diagnostic, Manifest

_SECONDS: Final = 60
_LINK: Final = b"120000"
# How many words `git cat-file --batch` says of what it has: id, kind and size. Else: `ID missing`.
_FOUND: Final = 3
# What CI systems say of a branch that was not there before; of SHA-1 or SHA-256.
_NOTHING: Final = re.compile("0{40}|0{64}")


def commit_of(revision: str) -> str | None:
    """The commit that a revision names; None for one of zeros, before which there was nothing.

    Raises InputError outside of a git repository, and for a revision that is not there.
    """
    if _NOTHING.fullmatch(revision):
        return None
    if _git("rev-parse", "--is-inside-work-tree") is None:
        raise InputError("--base needs a git repository, and this directory is in none")
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise InputError(f"--base {revision}: there is no such revision here", help=_help())
    return commit.decode().strip()


def load_at(commit: str, paths: Sequence[str]) -> Loaded:
    """Read the manifests that `paths` held at a commit, as `load` would have read them then.

    A path that was not there held none. Raises InputError for one outside of the repository, and
    for a file whose content the clone lacks.
    """
    entries: dict[str, _Entry] = {}
    for path in paths:
        given = os.path.relpath(path)
        tree = _git("ls-tree", "-r", "-z", commit, "--", given)
        if tree is None:
            raise InputError(f"{path} is outside of the git repository, and --base looks there")
        entries |= {each.file: each for each in _entries(tree) if _counts(each.file, given)}
    files = [each for _, each in sorted(entries.items()) if not each.is_link]
    manifests: list[Manifest] = []
    # A link that still stands is not gone, and what it leads to is looked at now.
    links = [each.file for each in entries.values() if each.is_link]
    faults = [_link(each) for each in links if not Path(each).is_symlink()]
    for each, content in zip(files, _contents(commit, files), strict=True):
        found, wrong = manifests_in(content, each.file)
        manifests.extend(found)
        faults.extend(wrong)
    return Loaded(tuple(manifests), tuple(faults))


def content_at(commit: str, file: str) -> bytes | None:
    """What a file held at a commit; None where it was not there.

    Raises InputError where it was, and the clone lacks its content.
    """
    given = os.path.relpath(file)
    content = _git("cat-file", "blob", f"{commit}:./{given}")
    if content is None and any(_entries(_git("ls-tree", "-z", commit, "--", given) or b"")):
        raise _unread(file, commit)
    return content


def current_commit(directory: Path) -> str | None:
    """The commit that a directory is at; None outside of a git repository."""
    try:
        head = _git("-C", str(directory), "rev-parse", "--verify", "--quiet", "HEAD")
    except InputError:
        return None
    return head.decode().strip() if head else None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file of a commit: its name as seen from here, and the id of its content."""

    file: str
    blob: bytes
    is_link: bool


def _entries(tree: bytes) -> Iterator[_Entry]:
    """The files of `git ls-tree -z`."""
    for entry in tree.split(b"\0"):
        about, tab, name = entry.partition(b"\t")
        if tab:
            mode, kind, blob = about.split()[:3]
            if kind == b"blob":
                yield _Entry(os.fsdecode(name), blob, mode == _LINK)


def _counts(file: str, given: str) -> bool:
    """Whether a file is one that `load` would find at the path that was given."""
    inside = Path(os.path.relpath(file, given)).parts
    if not inside or inside == (".",):
        return True
    hidden = any(each.startswith(".") for each in inside)
    return inside[-1].endswith(SUFFIXES) and inside[-1] != CONFIG_NAME and not hidden


def _link(file: str) -> Diagnostic:
    return path_fault(
        "R012", "it is a link there, and links of earlier revisions stay unread", file
    )


def _contents(commit: str, files: Sequence[_Entry]) -> Iterator[bytes]:
    """The content of each file, read by one process. Raises InputError where git has it not."""
    output = _git("cat-file", "--batch", given=b"".join(each.blob + b"\n" for each in files))
    if output is None:
        raise _unread("the manifests", commit)
    position = 0
    for each in files:
        start = output.index(b"\n", position) + 1
        about = output[position:start].split()
        if len(about) != _FOUND:
            raise _unread(each.file, commit)
        size = int(about[-1])
        yield output[start : start + size]
        position = start + size + 1


def _unread(what: str, commit: str) -> InputError:
    return InputError(
        f"--base: git cannot read {unbroken(what)} as of {commit}",
        help="the clone is damaged, or holds a part of the files and cannot fetch the others: "
        "clone the repository anew, and whole",
    )


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
