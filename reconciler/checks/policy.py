"""A manifest and the team's own JSON Schemas -> one diagnostic for each way it fails them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.checks.explain import Kind, SchemaFault, explain
from reconciler.checks.subject import Context, Subject
from reconciler.checks.validators import explaining
from reconciler.fields import with_default_name
from reconciler.model import Diagnostic, Json, Path, Policy

if TYPE_CHECKING:  # jsonschema takes long to import, and most targets have no policy
    from jsonschema.protocols import Validator

_SPEC_NAME: Path = ("spec", "name")


def policies(subjects: Sequence[Subject], context: Context) -> Iterator[Diagnostic]:
    """R501: what a policy refuses, in the words that the schema's own faults have.

    A policy judges what is to be: a manifest with the name that it has by default, no tombstone.
    """
    for policy in context.policies:
        validator = _validator(policy)
        for subject in subjects:
            if subject.released:
                continue
            value = _with_default_name(subject)
            for fault in _explained(validator, value):
                yield _refused(subject, fault, policy)


def validator_class(schema: Any) -> type[Validator]:
    """What validates by the draft that a schema names; 2020-12 where it names none."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only policies need it
    from jsonschema.validators import validator_for  # noqa: PLC0415

    named = isinstance(schema, Mapping) and isinstance(schema.get("$schema"), str)
    found: type[Validator] = validator_for(schema if named else {}, default=Draft202012Validator)
    return found


def _validator(policy: Policy) -> Validator:
    """Validates by a policy, from the documents that were read for it and nothing else."""
    from referencing import Registry  # noqa: PLC0415 - only policies need it
    from referencing.jsonschema import DRAFT202012, Schema  # noqa: PLC0415

    registry: Registry[Schema] = Registry()
    for uri, schema in policy.documents.items():
        document: Any = schema
        registry = registry.with_resource(
            uri, DRAFT202012.detect(document).create_resource(document)
        )
    draft = validator_class(policy.documents[policy.uri])
    return explaining(draft)({"$ref": policy.uri}, registry=registry)


def _explained(validator: Validator, value: Json) -> tuple[SchemaFault, ...]:
    try:
        return explain(validator, value)
    except RecursionError:
        return (SchemaFault(Kind.OTHER, (), "the document is nested too deep to be judged"),)


def _with_default_name(subject: Subject) -> Json:
    value = subject.manifest.value
    if not subject.provider or not subject.name or not isinstance(value.get("spec"), Mapping):
        return value
    return {**value, "spec": with_default_name(subject.spec, subject.name, subject.provider)}


def _refused(subject: Subject, fault: SchemaFault, policy: Policy) -> Diagnostic:
    path, help_text = fault.path, fault.help
    if path == _SPEC_NAME and "name" not in subject.spec and fault.kind is not Kind.MISSING:
        path = ("metadata", "name")
        help_text = f"{help_text}; " if help_text else ""
        help_text += "without spec.name, a number has the name of its manifest"
    return subject.fault("R501", f"{fault.message} (policy {policy.file})", path, help_text)
