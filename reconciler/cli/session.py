"""Where the parts are put together: options and environment -> a Job, an account, and text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.log import note, now, warn
from reconciler.config import Config, Target, parse_config, read_config, unusable
from reconciler.errors import InputError
from reconciler.files import MAX_JSON_BYTES, parse_json, read_given, read_regular
from reconciler.lockfile import LOCK_NAME
from reconciler.model import Diagnostic, GitopsState, Policy, Validation
from reconciler.report import VALIDATION_FORMATS, Style, ValidationView
from reconciler.schema.packaged import load_config_schema
from reconciler.secrets import SecretReader, api_key

if TYPE_CHECKING:
    from reconciler.api import Client
    from reconciler.cli.options import Shared
    from reconciler.job import Job
    from reconciler.manifests import Base
    from reconciler.schema.chosen import Chosen

DEFAULT_PARALLEL: Final = 4
DEFAULT_TIMEOUT: Final = 60.0


class InvalidConfigError(InputError):
    """The configuration file has errors; `validation` holds them all."""

    def __init__(self, validation: Validation) -> None:
        super().__init__("the configuration has errors")
        self.validation = validation


@dataclass(frozen=True)
class Session:
    """One run of a command: what it was told, and the target that it is about."""

    shared: Shared
    config: Config
    target: Target

    @property
    def parallel(self) -> int:
        """How many calls may be under way at once."""
        return self.shared.parallel or DEFAULT_PARALLEL

    @property
    def timeout(self) -> float:
        """Seconds for one request and its retries."""
        return self.shared.timeout or DEFAULT_TIMEOUT

    @cached_property
    def lock_path(self) -> Path:
        """The lock file: beside the configuration, or in the working directory."""
        return self.config.directory / LOCK_NAME

    @cached_property
    def chosen(self) -> Chosen:
        """The schema and the fields that the configuration names, or the packaged ones.

        Raises InvalidConfigError where they cannot be used.
        """
        from reconciler.fields import raise_if_unidentified
        from reconciler.schema.chosen import choose

        with self._named_by("schema"):
            chosen = choose(self.config.schema)
            raise_if_unidentified(chosen.fields)
            return chosen

    def job(
        self,
        paths: tuple[str, ...],
        *,
        use_lock: bool = True,
        use_secrets: bool = True,
        base: str | None = None,
    ) -> Job:
        """The job of this run over `paths`, or over the target's own manifests.

        Raises InputError where neither names any.
        """
        from reconciler.job import Job
        from reconciler.planning import Selection

        chosen = paths or self.target.manifests
        if not chosen:
            raise InputError(
                "no manifests: name files or directories on the command line",
                help="or list them as `manifests` of a target in reconciler.yaml",
            )
        return Job(
            target=self.target,
            paths=chosen,
            fields=self.chosen.fields,
            schema=self.chosen.schema,
            read_secret=SecretReader(os.environ, self.target.reach).read if use_secrets else None,
            now=now,
            lock_path=self.lock_path if use_lock else None,
            selection=Selection(
                _labels(self.shared.selector), self.shared.only, self.is_part(chosen)
            ),
            base=self._base(base, paths) if base else None,
            policies=self.policies(),
            gitops=self._gitops(),
            tell=self._tell if self.shared.verbose else None,
            warn=self._warn,
        )

    def _base(self, revision: str, paths: tuple[str, ...]) -> Base:
        """Where the target's manifests stood at a revision, as its configuration said then."""
        from reconciler.manifests import Base, commit_of, content_at
        from reconciler.schema.chosen import known_providers

        target = self.target
        file = next((each.file for each in self.config.layers), None)
        commit = commit_of(revision)
        data = content_at(commit, file) if commit and file else None
        if data is not None and file:
            then = parse_config(data, file, load_config_schema(), known_providers).config
            target = then.targets.get(target.name, target) if then else target
        return Base(revision, paths or target.manifests, target.overlays, target.variables)

    def _tell(self, message: str) -> None:
        from reconciler.errors import unbroken

        note(self.shared, f"note: {unbroken(message)}")

    def _warn(self, message: str) -> None:
        from reconciler.report.escape import terminal

        warn(self.shared, terminal(message))

    def is_part(self, paths: tuple[str, ...]) -> bool:
        """Whether `paths` are not all that the configuration says the target's manifests are."""
        whole = {os.path.realpath(each) for each in self.target.manifests}
        return bool(whole) and not whole <= {os.path.realpath(each) for each in paths}

    def policies(self) -> tuple[Policy, ...]:
        """The target's policies. Raises InvalidConfigError with all that cannot be used."""
        from reconciler.schema.policies import read_policy

        found: list[Policy] = []
        faults: list[Diagnostic] = []
        for index, path in enumerate(self.target.policy):
            try:
                with self._named_by("targets", self.target.name, "policy", index):
                    found.append(read_policy(path, self.config.directory))
            except InvalidConfigError as error:
                faults.extend(error.validation.diagnostics)
        if faults:
            raise InvalidConfigError(Validation(0, tuple(faults)))
        return tuple(found)

    def _gitops(self) -> GitopsState:
        from reconciler.manifests import read_gitops_state

        if self.target.gitops_state is None:
            return GitopsState()
        with self._named_by("targets", self.target.name, "gitopsState"):
            return read_gitops_state(self.target.gitops_state)

    @contextmanager
    def _named_by(self, *path: str | int) -> Iterator[None]:
        """Tell of a file that cannot be used where the configuration names it."""
        try:
            yield
        except InputError as error:
            fault = unusable(self.config, path, error)
            raise InvalidConfigError(Validation(0, (fault,))) from error

    @contextmanager
    def account(
        self, stop: Event | None = None, *, within: float | None = None
    ) -> Iterator[Client]:
        """The target's account over HTTP; `stop` ends its pauses and its writes.

        `within` are the seconds for one request and its retries, where those are fewer than any
        has. Raises InputError where its key cannot be read.
        """
        from reconciler.api import Client
        from reconciler.api.retry import RetryPolicy

        key = api_key(self.target.api_key, os.environ)
        with Client(
            self.target.base_url,
            key,
            retry=RetryPolicy(budget=min(within or self.timeout, self.timeout)),
            parallel=self.parallel,
            stop=stop,
        ) as client:
            yield client


def open_session(shared: Shared) -> Session:
    """Read the configuration and choose the target.

    Raises InvalidConfigError, and InputError where it is not said which target is meant.
    """
    config = _read_config(shared)
    names = ", ".join(config.targets)
    if shared.target is None:
        if len(config.targets) > 1:
            raise InputError("which target is meant?", help=f"add --target with one of: {names}")
        return Session(shared, config, next(iter(config.targets.values())))
    if shared.target not in config.targets:
        raise InputError(f"there is no target {shared.target!r}", help=f"there are: {names}")
    return Session(shared, config, config.targets[shared.target])


def open_sessions(shared: Shared, *, all_targets: bool) -> tuple[Session, ...]:
    """A session for every target of the configuration, or for the one that is meant.

    Raises as `open_session` does.
    """
    if not all_targets:
        return (open_session(shared),)
    if shared.target is not None:
        raise click.UsageError("--target chooses one, and --all-targets means every one")
    config = _read_config(shared)
    return tuple(Session(shared, config, each) for each in config.targets.values())


def read_schema_path(shared: Shared) -> str | None:
    """What the configuration names as `schema`, where there is one. Raises InvalidConfigError."""
    return _read_config(shared, {}).schema


def _read_config(shared: Shared, environ: Mapping[str, str] = os.environ) -> Config:
    from reconciler.schema.chosen import known_providers

    configured = read_config(shared.config, environ, load_config_schema(), known_providers)
    if configured.config is None:
        raise InvalidConfigError(Validation(0, configured.diagnostics))
    return configured.config


def style(shared: Shared) -> Style:
    """How text is to look: colour only on a terminal that wants it."""
    wanted = not shared.no_color and not os.environ.get("NO_COLOR")
    return Style(color=wanted and sys.stdout.isatty(), verbose=shared.verbose)


def show_validation(shared: Shared, validation: Validation, name: str = "text") -> str:
    """The diagnostics as text, with the lines of the files that they are about."""
    from reconciler.checks import RULES
    from reconciler.report.sources import files_to_show

    sources = {file: _lines(file) for file in files_to_show(validation.diagnostics)}
    titles = {code: rule.title for code, rule in RULES.items()}
    view = ValidationView(validation, sources, style(shared), titles, _directory_in_workspace())
    return VALIDATION_FORMATS[name](view)


def _directory_in_workspace() -> str:
    """The working directory as seen from the checkout of GitHub's runner; "" elsewhere."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace:
        return ""
    place = os.path.relpath(os.path.realpath(""), os.path.realpath(workspace))
    return "" if place.startswith("..") else place


def read_json(path: Path) -> Any:
    """The value of a JSON file. Raises InputError where it cannot be read."""
    try:
        return parse_json(read_given(path, MAX_JSON_BYTES))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: is not whole JSON: {error}") from error


def _lines(file: str) -> tuple[str, ...]:
    """The lines of a file that stands where its name says: a link might lead to anything."""
    from reconciler.documents import MAX_BYTES

    try:
        if os.path.realpath(file) != os.path.normpath(Path.cwd() / file):
            return ()
        return tuple(read_regular(file, MAX_BYTES).decode("utf-8", "replace").splitlines())
    except OSError:
        return ()


def _labels(selectors: tuple[str, ...]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for each in selectors:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--selector {each} is not of the form key=value")
        labels[key] = value
    return labels
