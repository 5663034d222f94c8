"""A manifest and the manifest schema -> one diagnostic for each mistake in its shape. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import TYPE_CHECKING, Final, cast

from reconciler.checks.explain import Kind, SchemaFault, explain
from reconciler.checks.subject import Context, Subject, mapping
from reconciler.checks.validators import explainer, verdict
from reconciler.fields import FieldTable, Nature, Provider
from reconciler.model import Diagnostic, Json, Path

if TYPE_CHECKING:
    import jsonschema_rs
    from jsonschema.protocols import Validator

_CODES: Final = {
    Kind.UNKNOWN: "R101",
    Kind.MISSING: "R102",
    Kind.TYPE: "R103",
    Kind.CHOICE: "R104",
    Kind.TEXT: "R105",
    Kind.RANGE: "R106",
    Kind.COUNT: "R107",
    Kind.OTHER: "R110",
}
# What the verdict refuses is never let pass, whatever keeps us from saying why.
_UNEXPLAINED: Final = SchemaFault(Kind.OTHER, (), "the document does not meet the schema")
_HEADER: Final = frozenset({("apiVersion",), ("kind",)})
_FIELD_DEPTH: Final = 2  # spec, and a field of it
_ANOTHER_PROVIDER: Final = "R109"


class SchemaCheck:
    """Checks manifests against the schema of one context; validators are built once."""

    def __init__(self, context: Context) -> None:
        """Raises InputError for a context whose schema is none."""
        self._context = context
        self._verdict: jsonschema_rs.Validator = verdict(context.schema, "the manifest schema")
        self._explainer: Validator | None = None

    def faults(self, subject: Subject) -> Iterator[Diagnostic]:
        """What is wrong with the shape of one manifest."""
        if subject.manifest.removed:
            yield from self._removed(subject)
        if self._is_valid(subject):
            return
        found = self._explained(subject.manifest.value) or (_UNEXPLAINED,)
        # Of a document of another kind nothing else can be called wrong.
        foreign = [each for each in found if each.path in _HEADER and each.kind is Kind.CHOICE]
        for each in foreign[-1:] or found:
            yield _diagnostic(each, subject, self._context.fields)

    def _removed(self, subject: Subject) -> Iterator[Diagnostic]:
        """What an overlay removes and no manifest could have: a misspelt key removes nothing.

        Another provider's field may be removed: the overlay may have changed the provider.
        """
        removed = subject.manifest.removed
        value = reduce(_with_null, removed, cast("Json", subject.manifest.value))
        for each in self._explained(value):
            if each.kind is Kind.UNKNOWN and each.path in removed:
                fault = _diagnostic(each, subject, self._context.fields)
                if fault.code != _ANOTHER_PROVIDER:
                    yield fault

    def _is_valid(self, subject: Subject) -> bool:
        try:
            return self._verdict.is_valid(subject.manifest.value)
        except ValueError:
            # It nests beyond what the validator follows, through a schema that holds itself.
            return False

    def _explained(self, value: Json) -> tuple[SchemaFault, ...]:
        if self._explainer is None:
            self._explainer = explainer(self._context.schema)
        try:
            return explain(self._explainer, value)
        except Exception:  # noqa: BLE001 - a schema from outside may lead the validator anywhere
            return ()


def _diagnostic(fault: SchemaFault, subject: Subject, fields: FieldTable) -> Diagnostic:
    is_field = len(fault.path) == _FIELD_DEPTH and fault.path[0] == "spec"
    if fault.kind is Kind.UNKNOWN and is_field and subject.provider:
        misplaced = _misplaced(fault, subject, subject.provider, fields)
        if misplaced:
            return misplaced
    help_text = (fault.kind is Kind.COUNT and _added_to(fault.path, subject)) or fault.help
    return subject.fault(_CODES[fault.kind], fault.message, fault.path, help_text)


def _added_to(path: Path, subject: Subject) -> str:
    """How an overlay replaces a key of a mapping that it can only add to; "" where none does."""
    value: Json = subject.manifest.value
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) and isinstance(step, str) else None
    files = {key: subject.place((*path, key)).file for key in mapping(value)}
    layers = (each.file for each in reversed(subject.manifest.layers))
    top = next((each for each in layers if each in files.values()), "")
    below = ", ".join(f"{key}: null" for key, file in files.items() if file != top)
    return (
        f"an overlay adds to a mapping: to replace it, write {{{below}, …}} there" if below else ""
    )


def _with_null(value: Json, path: Path) -> Json:
    """A value with null at `path`, where nothing else stands there."""
    if not isinstance(value, Mapping):
        return value
    key, *rest = path
    if not rest:
        return {str(key): None, **value}
    return {**value, str(key): _with_null(value.get(str(key), {}), tuple(rest))}


def _misplaced(
    fault: SchemaFault, subject: Subject, provider: Provider, fields: FieldTable
) -> Diagnostic | None:
    """The fault of a field that exists, only not here: in answers, or for another provider."""
    key = str(fault.path[-1])
    known = provider.fields.get(key)
    if known and known.nature is Nature.READ_ONLY:
        message = f"spec.{key} is read-only: the API sets it"
        return subject.fault("R108", message, fault.path, _read_only_help(key))
    owners = sorted(
        name
        for name, each in fields.providers.items()
        if key in each.fields and each.fields[key].nature is not Nature.READ_ONLY
    )
    if not owners:
        return None
    message = f"spec.{key} exists for {', '.join(owners)}, and not for {provider.name}"
    return subject.fault(
        _ANOTHER_PROVIDER, message, fault.path, "remove it, or change spec.provider"
    )


def _read_only_help(key: str) -> str:
    if key in ("id", "number"):
        return f"remove it; to say which live number this is, write binding.{key}"
    return "remove it"
