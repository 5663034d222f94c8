"""A manifest and the team's own JSON Schemas -> one diagnostic for each way it fails them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.checks.explain import explain
from reconciler.checks.subject import Context, Subject
from reconciler.model import Diagnostic


def policies(subjects: Sequence[Subject], context: Context) -> Iterator[Diagnostic]:
    """R501: what a policy refuses, in the words that the schema's own faults have."""
    if not context.policies:
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only policies need it

    for name, schema in context.policies.items():
        validator = Draft202012Validator(schema)
        for subject in subjects:
            for fault in explain(validator, subject.manifest.value):
                message = f"{fault.message} (policy {name})"
                yield subject.fault("R501", message, fault.path, fault.help)
