"""`reconciler.yaml`, or the environment alone -> the targets of a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from reconciler.checks.base_url import SAFE_URL, check_base_url
from reconciler.checks.explain import Kind, closest, explain
from reconciler.documents import MAX_BYTES, find_place, read_documents
from reconciler.errors import InputError, unbroken
from reconciler.fields import dotted, parse_path
from reconciler.files import read_given, read_regular
from reconciler.model import (
    ApiKeySource,
    Diagnostic,
    DriftIgnored,
    Freeze,
    IgnoreRule,
    Json,
    Layer,
    Limit,
    Limits,
    OnDrift,
    Ownership,
    Place,
    Reach,
    Severity,
    Undeclared,
)
from reconciler.model import Path as FieldPath
from reconciler.planning.freeze import freeze_fault

CONFIG_NAME: Final = "reconciler.yaml"
DEFAULT_TARGET: Final = "default"
DEFAULT_BASE_URL: Final = "https://api.vapi.ai"
API_KEY_VARIABLES: Final = ("VAPI_API_KEY", "VAPI_TOKEN")

_CODES: Final = {Kind.UNKNOWN: "R401", Kind.MISSING: "R402"}
_INVALID: Final = "R403"
_UNSAFE_URL: Final = "R404"
_NOT_A_CONFIG: Final = "R405"
_UNUSABLE: Final = "R406"
_FREEZE_HELP: Final = (
    "such as {cron: '* 8-17 * * 1-5', timezone: Europe/Berlin}, or {until: '2026-12-01T06:00:00Z'}"
)

# What a schema names, or the packaged one where None does -> the providers that it knows.
Providers = Callable[[str | None], Collection[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """One account, the manifests that belong to it, and how it is to be treated.

    Paths are relative to the working directory. `private` are files that hold secrets, and
    directories of such files, of this target or another: no manifest is read from there.
    """

    name: str
    base_url: str
    api_key: ApiKeySource
    manifests: tuple[str, ...] = ()
    overlays: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    ownership: Ownership = Ownership.SHARED
    undeclared: Undeclared = Undeclared.CLEAR
    ignore: tuple[IgnoreRule, ...] = ()
    limits: Limits = Limits()
    gitops_state: str | None = None
    reach: Reach = Reach()
    private: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    on_drift: OnDrift = OnDrift.CORRECT
    ignored_drift: tuple[DriftIgnored, ...] = ()
    freeze: tuple[Freeze, ...] = ()


@dataclass(frozen=True, slots=True)
class Config:
    """All targets, by name; `directory` is where the lock file stands.

    `schema` is what `schema build` wrote, or a description; None means the packaged one. `layers`
    tells where in the file each value stands, () without a file.
    """

    targets: Mapping[str, Target]
    directory: Path
    schema: str | None = None
    layers: tuple[Layer, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Configured:
    """A configuration, None where it has an error, and every fault that was found in it."""

    config: Config | None
    diagnostics: tuple[Diagnostic, ...] = ()


def read_config(
    path: str | None,
    environ: Mapping[str, str],
    schema: Mapping[str, Any],
    providers: Providers,
) -> Configured:
    """Read the file at `path`, or `reconciler.yaml` where there is one, or the environment.

    `providers` is asked where the file names one. Raises InputError for a file that cannot be read.
    """
    # A link that leads nowhere is a file that cannot be read, and not none.
    if path is None and not os.path.lexists(CONFIG_NAME):
        return Configured(Config({DEFAULT_TARGET: _from_environment(environ)}, Path()))
    file, read = (path, read_given) if path else (CONFIG_NAME, read_regular)
    try:
        data = read(file, MAX_BYTES)
    except OSError as error:
        raise InputError(
            f"{file}: cannot be read: {error.strerror}", help="start one with: reconciler init"
        ) from error
    return parse_config(data, file, schema, providers)


def parse_config(
    data: bytes, file: str, schema: Mapping[str, Any], providers: Providers
) -> Configured:
    """The configuration that `data`, the content of `file`, is; `providers` as for a file."""
    parsed = read_documents(data, file)
    if parsed.diagnostics:
        return Configured(None, parsed.diagnostics)
    if len(parsed.documents) != 1:
        message = "a configuration is one document"
        fault = Diagnostic(Severity.ERROR, _NOT_A_CONFIG, message, Place(file, 1, 1))
        return Configured(None, (fault,))
    (document,) = parsed.documents
    layers = (Layer(file, document.spot),)
    value: Any = document.value
    faults = tuple(_faults(value, layers, schema))
    if faults:
        return Configured(None, faults)
    directory = Path(file).parent
    schema_path = os.path.normpath(directory / value["schema"]) if "schema" in value else None
    faults = tuple(_strange_providers(value["targets"], layers, schema_path, providers))
    if faults:
        return Configured(None, faults)
    targets = {name: _target(name, each, directory) for name, each in value["targets"].items()}
    targets = {name: _apart(each, targets.values(), directory) for name, each in targets.items()}
    return Configured(Config(targets, directory, schema_path, layers))


def unusable(config: Config, path: FieldPath, error: InputError) -> Diagnostic:
    """R406: that a file which the configuration names at `path` cannot be used, and why."""
    return _fault(_UNUSABLE, error.message, path, error.help, config.layers)


def _from_environment(environ: Mapping[str, str]) -> Target:
    base_url = (environ.get("VAPI_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")
    if reason := check_base_url(base_url):
        raise InputError(f"VAPI_BASE_URL: {reason}", help=SAFE_URL)
    reach = Reach(key_env=frozenset(API_KEY_VARIABLES), root=str(Path.cwd()))
    return Target(DEFAULT_TARGET, base_url, ApiKeySource(env=API_KEY_VARIABLES), reach=reach)


def _faults(
    value: Json, layers: tuple[Layer, ...], schema: Mapping[str, Any]
) -> Iterator[Diagnostic]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to load

    faults = explain(Draft202012Validator(schema), value)
    for each in faults:
        yield _fault(_CODES.get(each.kind, _INVALID), each.message, each.path, each.help, layers)
    if faults:
        return
    checked: Any = value
    for name, target in checked["targets"].items():
        reason = check_base_url(target.get("baseUrl", DEFAULT_BASE_URL))
        if reason:
            yield _fault(_UNSAFE_URL, reason, ("targets", name, "baseUrl"), SAFE_URL, layers)
        for index, each in enumerate(target.get("freeze", ())):
            if message := freeze_fault(Freeze(**each)):
                path = ("targets", name, "freeze", index)
                yield _fault(_INVALID, message, path, "", layers)


def _strange_providers(
    targets: Mapping[str, Any], layers: tuple[Layer, ...], schema: str | None, providers: Providers
) -> Iterator[Diagnostic]:
    """Providers to be ignored that neither the packaged schema nor the configured one knows."""
    for name, target in targets.items():
        for index, rule in enumerate(target.get("ignore", ())):
            given = rule.get("provider")
            # The configured one may have to be built first: it is asked only where it matters.
            if given is None or given in providers(None) or given in providers(schema):
                continue
            path = ("targets", name, "ignore", index, "provider")
            known = ", ".join(providers(schema))
            message = f"{dotted(path)} must be one of {known}, and {given!r} is not"
            meant = closest(given, providers(schema))
            yield _fault(_INVALID, message, path, f"did you mean {meant}?" if meant else "", layers)


def _fault(
    code: str, message: str, path: FieldPath, help_text: str, layers: tuple[Layer, ...]
) -> Diagnostic:
    if path[-1:] == ("apiKey",):
        help_text = "write apiKey: {env: NAME}; the key itself never stands in a file of git"
    if path[2:3] == ("freeze",) and not help_text:
        help_text = _FREEZE_HELP
    place = find_place(layers, path)
    return Diagnostic(Severity.ERROR, code, unbroken(message), place, dotted(path), help_text)


def _target(name: str, value: Mapping[str, Any], directory: Path) -> Target:
    def paths(key: str) -> tuple[str, ...]:
        return tuple(os.path.normpath(directory / each) for each in value.get(key, ()))

    secrets = value.get("secrets", {})
    state = value.get("gitopsState")
    said = value.get("onDrift", {})
    drift: Mapping[str, Any] = {"do": said} if isinstance(said, str) else said
    return Target(
        name=name,
        base_url=value.get("baseUrl", DEFAULT_BASE_URL).rstrip("/"),
        api_key=_api_key(value["apiKey"], directory),
        manifests=paths("manifests"),
        overlays=paths("overlays"),
        variables=value.get("vars", {}),
        ownership=Ownership(value.get("ownership", Ownership.SHARED)),
        undeclared=Undeclared(value.get("undeclared", Undeclared.CLEAR)),
        ignore=tuple(IgnoreRule(**rule) for rule in value.get("ignore", ())),
        limits=_limits(value.get("limits", {})),
        gitops_state=os.path.normpath(directory / state) if state else None,
        reach=Reach(tuple(secrets.get("env", ())), tuple(secrets.get("files", ()))),
        policy=paths("policy"),
        on_drift=OnDrift(drift.get("do", OnDrift.CORRECT)),
        ignored_drift=tuple(_ignored(each) for each in drift.get("ignore", ())),
        freeze=tuple(Freeze(**each) for each in value.get("freeze", ())),
    )


def _apart(target: Target, targets: Iterable[Target], directory: Path) -> Target:
    """A target whose manifests are kept from the keys of all, and from where secrets stand."""
    keys = [each.api_key for each in targets]
    key_files = [each.file for each in keys if each.file]
    reach = replace(
        target.reach,
        key_env=frozenset(API_KEY_VARIABLES).union(*(each.env for each in keys)),
        key_files=frozenset(os.path.normpath(Path.cwd() / each) for each in key_files),
        root=os.path.normpath(Path.cwd() / directory),
    )
    places = (os.path.normpath(directory / file) for each in targets for file in each.reach.files)
    return replace(target, reach=reach, private=(*key_files, *places))


def _ignored(value: Mapping[str, Any]) -> DriftIgnored:
    fields = tuple(parse_path(each) for each in value.get("fields", ()))
    return DriftIgnored(fields, value.get("labels", {}))


def _api_key(value: Mapping[str, str], directory: Path) -> ApiKeySource:
    if "file" in value:
        return ApiKeySource(file=str(directory / value["file"]))
    return ApiKeySource(env=(value["env"],))


def _limits(value: Mapping[str, int | str]) -> Limits:
    return replace(Limits(), **{name: _limit(each) for name, each in value.items()})


def _limit(value: int | str) -> Limit:
    if isinstance(value, str):
        return Limit(percent=float(value.removesuffix("%")))
    return Limit(count=value)
