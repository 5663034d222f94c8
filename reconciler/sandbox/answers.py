"""A stored number, and how this sandbox behaves -> the number as it is answered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reconciler.sandbox.clock import format_time
from reconciler.sandbox.description import Description, Schema
from reconciler.sandbox.settings import Secrets, Settings
from reconciler.sandbox.store import Row

# What of a number is secret; no answer of the API says so.
SECRETS: Final = frozenset(
    {"twilioAuthToken", "twilioApiKey", "twilioApiSecret", "password", "headers"}
)
MASK: Final = "********"
# Defaults that the published description tells in prose only, by the property that holds them.
_PROSE_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {"server": {"timeoutSeconds": 20}}


def answer(row: Row, description: Description, settings: Settings, at: int) -> dict[str, Any]:
    """The body of the answer about `row` at the moment `at`, in milliseconds since 1970."""
    body = dict(row.body)
    if at < row.active_at:
        body.pop("number", None)
        body["status"] = "activating"
    if not settings.area_code_shown:
        body.pop("numberDesiredAreaCode", None)
    schema = description.answer.get(str(body.get("provider")), {})
    if settings.echo_defaults:
        body = _with_defaults(body, schema, description, settings)
    if settings.new_fields:
        body = _with_new_fields(body)
    if settings.nulls_kept:
        unset = dict.fromkeys(schema.get("properties", {}))
        body = {**unset, **body}
    if settings.secrets is not Secrets.CLEAR:
        body = _without_secrets(body, masked=settings.secrets is Secrets.MASKED)
    return body


def _with_new_fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that appeared without notice, beside the known ones and inside them."""
    nested = {
        key: {**each, "latestVersion": 1} for key, each in body.items() if isinstance(each, dict)
    }
    return {**body, **nested, "latestVersion": 1}


def stamp(row_id: str, org_id: str, created_at: int, updated_at: int) -> dict[str, Any]:
    """What every resource carries."""
    return {
        "id": row_id,
        "orgId": org_id,
        "createdAt": format_time(created_at),
        "updatedAt": format_time(updated_at),
    }


def _with_defaults(
    body: dict[str, Any], schema: Schema, description: Description, settings: Settings
) -> dict[str, Any]:
    filled = _fill(body, schema, description)
    if isinstance(filled.get("authentication"), dict):
        realm = settings.region.sip_host
        filled["authentication"] = {"realm": realm, **filled["authentication"]}
    return filled


def _fill(value: Mapping[str, Any], schema: Schema, description: Description) -> dict[str, Any]:
    filled = dict(value)
    for name, described in schema.get("properties", {}).items():
        resolved = description.resolve(described)
        held = filled.get(name)
        if isinstance(held, dict) and "properties" in resolved:
            prose = _PROSE_DEFAULTS.get(name, {})
            filled[name] = {**prose, **_fill(held, resolved, description)}
        elif held is None and "default" in resolved:
            filled[name] = resolved["default"]
    return filled


def _without_secrets(value: Any, *, masked: bool) -> Any:
    if isinstance(value, list):
        return [_without_secrets(each, masked=masked) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _mask(each) if key in SECRETS else _without_secrets(each, masked=masked)
        for key, each in value.items()
        if masked or key not in SECRETS
    }


def _mask(value: Any) -> Any:
    if isinstance(value, dict):
        return dict.fromkeys(value, MASK)
    return value if value is None else MASK
