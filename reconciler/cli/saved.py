"""A file that `plan --out` wrote -> the plan in it, and whether it is still as it was written."""

from __future__ import annotations

from json import loads
from pathlib import Path

from reconciler.errors import GuardError, InputError
from reconciler.model import Json, Plan


def read_saved(path: Path) -> tuple[Plan, GuardError | None]:
    """The plan, and why it may not be applied where it was changed since it was made.

    Raises InputError for a file that cannot be read or holds no plan.
    """
    from reconciler.cli.session import read_json
    from reconciler.planning import raise_if_altered, read_document

    value = read_json(path)
    plan = read_document(value)
    _raise_if_misshapen(value)
    try:
        raise_if_altered(value)
    except GuardError as altered:
        return plan, altered
    return plan, None


def _raise_if_misshapen(value: Json) -> None:
    """Raise InputError for a document that the published schema does not allow."""
    import jsonschema_rs

    from reconciler.schema.packaged import PLAN_SCHEMA, read_packaged

    schema = jsonschema_rs.validator_for(loads(read_packaged(PLAN_SCHEMA)))
    for error in schema.iter_errors(value):
        where = "/".join(str(each) for each in error.instance_path) or "the document"
        raise InputError(
            f"the plan document is not whole: {where}: {error.message}",
            help="make one with: plan --out FILE",
        )
