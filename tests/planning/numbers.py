"""Short ways to write what planning is given."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.fields import Provider
from reconciler.model import Binding, Desired, Json, Lifecycle, Live, Lock, LockEntry, Place, Plan
from reconciler.planning import Situation, make_plan
from reconciler.schema.packaged import load_fields

FIELDS = load_fields()


def provider(name: str = "vapi") -> Provider:
    return FIELDS.providers[name]


def desired(
    key: str,
    spec: Mapping[str, Json] | None = None,
    *,
    provider: str = "vapi",
    lifecycle: Lifecycle = Lifecycle(),
    previously: tuple[str, ...] = (),
    binding: Binding | None = None,
    file: str = "",
) -> Desired:
    return Desired(
        key=key,
        provider=provider,
        spec={"provider": provider, "name": key, **(spec or {})},
        source=Place(file or f"{key}.yaml", 1, 1),
        lifecycle=lifecycle,
        previously=previously,
        binding=binding,
    )


def live(number_id: str, body: Mapping[str, Any] | None = None, *, provider: str = "vapi") -> Live:
    whole = {"id": number_id, "provider": provider, "status": "active", **(body or {})}
    return Live(
        id=number_id,
        provider=provider,
        body=whole,
        name=whole.get("name", ""),
        number=whole.get("number", ""),
        sip_uri=whole.get("sipUri", ""),
        status=whole["status"],
        org_id="org",
        updated_at="2026-08-20T00:00:00.000Z",
    )


def lock(**ids: str) -> Lock:
    return Lock("salt", "", {key: LockEntry(number_id, "vapi") for key, number_id in ids.items()})


def plan(wanted: Sequence[Desired], held: Sequence[Live], **more: Any) -> Plan:
    situation = Situation(
        target="prod",
        base_url="https://api.vapi.ai",
        created_at="2026-08-20T00:00:00.000Z",
        manifests_digest="sha256:0",
        desired=tuple(wanted),
        live=tuple(held),
        fields=FIELDS,
        **more,
    )
    return make_plan(situation)


def calls(made: Plan) -> list[tuple[str, str, str]]:
    """What a plan does, shortly: action, key, reason."""
    return [
        (each.action.value, each.address.removeprefix("PhoneNumber/"), each.reason.value)
        for each in made.operations
    ]


def guards(made: Plan) -> list[tuple[str, str]]:
    """What a plan refuses, shortly: key, guard."""
    return [(each.address.removeprefix("PhoneNumber/"), each.guard) for each in made.blocked]
