"""Manifests and what the account holds -> Desired: names to ids, references to Secret. Pure.

The directory, the GitOps state and the secret reader are handed in; nothing is read here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, get_args

from reconciler.documents import find_place
from reconciler.errors import InputError, unbroken
from reconciler.fields import Field, FieldTable, dotted, parse_path, value_at, with_default_name
from reconciler.model import (
    Binding,
    BindingField,
    Desired,
    Diagnostic,
    Directory,
    GitopsState,
    Json,
    Lifecycle,
    Manifest,
    OnImmutableChange,
    Path,
    Resource,
    Secret,
    Severity,
    State,
)

ReadSecret = Callable[[Mapping[str, Json]], Secret]

_SHOWN_NAMES: Final = 5
_NO_STATE: Final = (
    "name the state file of Vapi's GitOps tool as gitopsState of the target in reconciler.yaml"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What references are looked up in.

    `directory` is None where names stay unread, `read_secret` where secrets do.
    """

    directory: Directory | None = Directory()
    gitops: GitopsState = GitopsState()
    read_secret: ReadSecret | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The manifests that could be resolved, and a fault for each value that could not."""

    desired: tuple[Desired, ...]
    diagnostics: tuple[Diagnostic, ...]


def resolve(manifests: Sequence[Manifest], fields: FieldTable, known: Known) -> Resolved:
    """Resolve valid manifests; those with a fault are left out, and the fault is told."""
    desired: list[Desired] = []
    diagnostics: list[Diagnostic] = []
    named = _by_name(known.directory)
    for manifest in manifests:
        resolver = _Resolver(manifest, known, named)
        spec = resolver.spec(fields)
        if resolver.faults:
            diagnostics.extend(resolver.faults)
        else:
            desired.append(_desired(manifest, fields, spec, tuple(resolver.unread)))
    return Resolved(tuple(desired), tuple(diagnostics))


def declared_formerly(manifests: Sequence[Manifest], fields: FieldTable) -> tuple[Desired, ...]:
    """Manifests of an earlier revision, with what tells which number was theirs.

    Names and secrets are not looked up: they may be gone, and no identity needs them. Nor need a
    manifest meet today's rules: only one whose key, provider, binding or lifecycle is none is left
    out.
    """
    former: list[Desired] = []
    for manifest in manifests:
        try:
            spec = {key: value for key, value in _spec(manifest).items() if isinstance(value, str)}
            desired = _desired(manifest, fields, dict(spec), ())
        except (LookupError, TypeError, ValueError, AttributeError):
            continue
        if desired.key and isinstance(desired.key, str) and _may_bind(desired.binding):
            former.append(desired)
    return tuple(former)


def referenced_kinds(manifests: Sequence[Manifest], fields: FieldTable) -> frozenset[str]:
    """The kinds of resource that manifests refer to by name, and so must be listed."""
    return frozenset(
        kind
        for manifest in manifests
        for path, kind in _references(manifest, fields)
        if _names(value_at(_spec(manifest), path))
    )


def _references(manifest: Manifest, fields: FieldTable) -> tuple[tuple[tuple[str, ...], str], ...]:
    provider = fields.providers.get(str(_spec(manifest).get("provider")))
    return provider.references if provider else ()


def _names(value: Json) -> bool:
    return isinstance(value, Mapping) and "name" in value


def _spec(manifest: Manifest) -> Mapping[str, Any]:
    spec = manifest.value["spec"]
    return spec if isinstance(spec, Mapping) else {}


def _provider_fields(manifest: Manifest, fields: FieldTable) -> Mapping[str, Field]:
    provider = fields.providers.get(str(_spec(manifest).get("provider")))
    return provider.fields if provider else {}


def _desired(
    manifest: Manifest, fields: FieldTable, spec: dict[str, Json], unread: tuple[Path, ...]
) -> Desired:
    value: Mapping[str, Any] = manifest.value
    metadata: Mapping[str, Any] = value["metadata"]
    provider = str(spec["provider"])
    return Desired(
        key=metadata["name"],
        provider=provider,
        spec=with_default_name(spec, metadata["name"], fields.providers[provider]),
        source=find_place(manifest.layers, ()),
        layers=manifest.layers,
        labels=metadata.get("labels", {}),
        previously=tuple(metadata.get("previously", ())),
        lifecycle=_lifecycle(value.get("lifecycle") or {}),
        binding=_binding(value.get("binding")),
        unread=unread,
    )


def _lifecycle(value: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        state=State(value.get("state", State.PRESENT)),
        prevent_destroy=value.get("preventDestroy", False),
        on_immutable_change=OnImmutableChange(
            value.get("onImmutableChange", OnImmutableChange.BLOCK)
        ),
        ignore_changes=tuple(parse_path(each) for each in value.get("ignoreChanges", ())),
    )


def _binding(value: Mapping[Any, Any] | None) -> Binding | None:
    if not value:
        return None
    ((field_name, bound),) = value.items()
    return Binding(field_name, bound)


def _may_bind(binding: Binding | None) -> bool:
    """Whether a binding can be looked for; of an earlier revision, it may be anything."""
    return binding is None or (
        binding.field in get_args(BindingField) and isinstance(binding.value, str)
    )


# Kind and name to the resources that have it.
_Named = Mapping[tuple[str, str], Sequence[Resource]]


def _by_name(directory: Directory | None) -> _Named:
    named: dict[tuple[str, str], list[Resource]] = defaultdict(list)
    for kind, resources in (directory.kinds if directory else {}).items():
        for each in resources:
            named[kind, each.name].append(each)
    return named


class _Resolver:
    """Walks one manifest's spec and gathers what it cannot resolve."""

    def __init__(self, manifest: Manifest, known: Known, named: _Named) -> None:
        self._manifest = manifest
        self._known = known
        self._named = named
        self.faults: list[Diagnostic] = []
        self.unread: list[Path] = []

    def spec(self, fields: FieldTable) -> dict[str, Json]:
        described = _provider_fields(self._manifest, fields)
        return {
            key: self._value(value, described.get(key), ("spec", key))
            if _may_refer(value)
            else value
            for key, value in _spec(self._manifest).items()
        }

    def _value(self, value: Json, described: Field | None, path: Path) -> Json:
        match value:
            case Mapping() if _is_reference(value) and _is_text(described):
                return self._secret(value, path)
            case Mapping() if described and described.reference:
                return self._reference(value, described.reference, path)
            case Mapping():
                return {
                    key: self._value(child, _child(described, key), (*path, key))
                    for key, child in value.items()
                }
            case list():
                items = described.items if described else None
                return [
                    self._value(item, items, (*path, index)) for index, item in enumerate(value)
                ]
            case _:
                return value

    def _secret(self, reference: Mapping[str, Json], path: Path) -> Json:
        if self._known.read_secret is None:
            self.unread.append(path[1:])
            return Secret("", "not read")
        try:
            return self._known.read_secret(reference)
        except InputError as error:
            self._fault("R301", error.message, path, error.help)
            return None

    def _reference(self, reference: Mapping[str, Json], kind: str, path: Path) -> Json:
        ((how, name),) = reference.items()
        if how == "gitops":
            return self._gitops(str(name), kind, path)
        if self._known.directory is None:
            self.unread.append(path[1:])
            return None
        matching = self._named.get((kind, str(name)), ())
        if len(matching) == 1:
            return matching[0].id
        if matching:
            listed = "\n".join(f"  {unbroken(each.id)}" for each in matching)
            message = f"{len(matching)} {kind}s are named {name!r}:\n{listed}"
            self._fault("R302", message, path, "write the id of the one that is meant")
        else:
            there = (each.name for each in self._known.directory.kinds.get(kind, ()) if each.name)
            help_text = _closest(str(name), there) or "there is none in this account"
            self._fault("R303", f"no {kind} is named {name!r}", path, help_text)
        return None

    def _gitops(self, key: str, kind: str, path: Path) -> Json:
        state = self._known.gitops
        known = state.kinds.get(kind, {})
        if key in known:
            return known[key]
        if not state.file:
            message = f"{kind} {key!r} is sought in a GitOps state, and the target has none"
            self._fault("R304", message, path, _NO_STATE)
            return None
        message = f"{state.file} knows no {kind} {key!r}"
        help_text = _closest(key, known) or f"{state.file} holds no {kind} at all"
        self._fault("R304", message, path, help_text)
        return None

    def _fault(self, code: str, message: str, path: Path, help_text: str) -> None:
        place = find_place(self._manifest.layers, path)
        fault = Diagnostic(Severity.ERROR, code, message, place, dotted(path), help_text)
        self.faults.append(fault)


def _closest(name: str, known: Iterable[str]) -> str:
    """What there is instead, closest first; an empty text where there is nothing."""
    names = sorted(set(map(unbroken, known)))
    if not names:
        return ""
    close = get_close_matches(name, names, n=_SHOWN_NAMES, cutoff=0.0)
    more = len(names) - len(close)
    return "there are: " + ", ".join(close) + (f" and {more} more" if more else "")


def _may_refer(value: Json) -> bool:
    """Whether a reference may stand in `value`; what holds none stays the value that was read."""
    match value:
        case dict():
            return len(value) == 1 or any(map(_may_refer, value.values()))
        case list():
            return any(map(_may_refer, value))
        case _:
            return False


def _is_reference(value: Mapping[str, Json]) -> bool:
    return len(value) == 1 and bool(value.keys() & {"env", "file"})


def _is_text(described: Field | None) -> bool:
    return described is None or "string" in described.types


def _child(described: Field | None, key: str) -> Field | None:
    return (described.properties.get(key) or described.values) if described else None
