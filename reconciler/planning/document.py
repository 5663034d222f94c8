"""Plan <-> the plan document (`schemas/plan.schema.json`). Pure.

Minor versions of the format only add: a reader ignores keys that it does not know, and refuses a
major version that it does not know. No secret is in it in any form.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from json import dumps
from typing import Any, Final

from reconciler.errors import GuardError, InputError
from reconciler.model import (
    Action,
    Blocked,
    Change,
    Json,
    Live,
    Operation,
    Place,
    Plan,
    Precondition,
    Reason,
    Summary,
    Unhealthy,
    Warned,
)

FORMAT_VERSION: Final = "1.0"
TOOL: Final = "vapi-reconciler"


def to_document(plan: Plan, version: str) -> dict[str, Json]:
    """The plan as JSON values; `version` is the tool's own."""
    document: dict[str, Json] = {
        "formatVersion": FORMAT_VERSION,
        "tool": {"name": TOOL, "version": version},
        "target": plan.target,
        "baseUrl": plan.base_url,
        "orgId": plan.org_id,
        "createdAt": plan.created_at,
        "manifestsDigest": plan.manifests_digest,
        "manifests": plan.manifests,
        "live": plan.live,
        "operations": [_operation(each) for each in plan.operations],
        "blocked": [
            {
                "address": each.address,
                "guard": each.guard,
                "message": each.message,
                "help": each.help,
            }
            for each in plan.blocked
        ],
        "unmanaged": [
            {
                "id": each.id,
                "name": each.name or None,
                "number": each.number or each.sip_uri or None,
            }
            for each in plan.unmanaged
        ],
        "warnings": [{"address": each.address, "message": each.message} for each in plan.warnings],
        "health": [{"address": each.address, "status": each.status} for each in plan.health],
        "summary": {
            "create": plan.summary.create,
            "patch": plan.summary.patch,
            "delete": plan.summary.delete,
            "replace": plan.summary.replace,
            "unchanged": plan.summary.unchanged,
            "blocked": plan.summary.blocked,
            "unmanaged": plan.summary.unmanaged,
        },
    }
    return {**document, "digest": digest(document)}


def digest(document: Mapping[str, Json]) -> str:
    """What a document must still add up to when it is read again."""
    held = {key: value for key, value in document.items() if key != "digest"}
    text = dumps(held, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # A name may hold half of a surrogate pair, as JSON can.
    return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def read_document(value: Json) -> Plan:
    """The plan that a document holds, whoever made it. Keys that are not known are passed over.

    Raises InputError for what is no plan or has an unknown major version.
    """
    if not isinstance(value, Mapping) or "formatVersion" not in value:
        raise InputError("this is not a plan document", help="make one with: plan --out FILE")
    version = str(value["formatVersion"])
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise InputError(
            f"the plan has format version {version}, and this program reads 1.x",
            help="plan again with this version of reconciler",
        )
    try:
        return _plan(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"the plan document is not whole: {error}"
        raise InputError(message, help="make one with: plan --out FILE") from error


def raise_if_altered(value: Mapping[str, Json]) -> None:
    """Raise GuardError for a document that is not as it was made: nobody reviewed it."""
    if value.get("digest") != digest(value):
        raise GuardError(
            "the plan file was changed after it was made", help="plan again and review that"
        )


def _operation(operation: Operation) -> dict[str, Json]:
    precondition = operation.precondition
    source = operation.source
    return {
        "id": operation.id,
        "action": operation.action.value,
        "address": operation.address,
        "provider": operation.provider,
        "liveId": operation.live_id,
        "label": operation.label,
        "reason": operation.reason.value,
        "changes": [_change(each) for each in operation.changes],
        "requires": list(operation.requires),
        "precondition": {
            "updatedAt": precondition.updated_at,
            "fingerprint": precondition.fingerprint,
        }
        if precondition
        else None,
        "source": {"file": source.file, "line": source.line} if source else None,
    }


def _change(change: Change) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "path": change.path,
        "before": change.before,
        "after": change.after,
        "sensitive": change.sensitive,
    }
    notes = {
        "note": change.note,
        "beforeName": change.before_name,
        "afterName": change.after_name,
    }
    return shown | {key: text for key, text in notes.items() if text}


def _plan(value: Mapping[str, Any]) -> Plan:
    summary = {each: int(value["summary"][each]) for each in Summary.__dataclass_fields__}
    return Plan(
        target=value["target"],
        base_url=value["baseUrl"],
        org_id=value["orgId"],
        created_at=value["createdAt"],
        manifests_digest=value["manifestsDigest"],
        operations=tuple(_read_operation(each) for each in value["operations"]),
        blocked=tuple(
            Blocked(each["address"], each["guard"], each["message"], each.get("help", ""))
            for each in value["blocked"]
        ),
        unmanaged=tuple(_read_unmanaged(each) for each in value["unmanaged"]),
        warnings=tuple(Warned(each["address"], each["message"]) for each in value["warnings"]),
        health=tuple(Unhealthy(each["address"], each["status"]) for each in value["health"]),
        summary=Summary(**summary),
        manifests=value.get("manifests", 0),
        live=value.get("live", 0),
    )


def _read_operation(value: Mapping[str, Any]) -> Operation:
    precondition, source = value["precondition"], value["source"]
    return Operation(
        id=value["id"],
        action=Action(value["action"]),
        address=value["address"],
        provider=value["provider"],
        live_id=value["liveId"],
        reason=Reason(value["reason"]),
        changes=tuple(_read_change(each) for each in value["changes"]),
        requires=tuple(value["requires"]),
        precondition=precondition
        and Precondition(precondition["updatedAt"], precondition["fingerprint"]),
        source=source and Place(source["file"], source["line"], 1),
        label=value.get("label", ""),
    )


def _read_change(value: Mapping[str, Any]) -> Change:
    return Change(
        path=value["path"],
        before=value["before"],
        after=value["after"],
        sensitive=value["sensitive"],
        note=value.get("note", ""),
        before_name=value.get("beforeName", ""),
        after_name=value.get("afterName", ""),
    )


def _read_unmanaged(value: Mapping[str, Any]) -> Live:
    return Live(
        id=value["id"],
        provider="",
        body={},
        name=value["name"] or "",
        number=value["number"] or "",
    )
