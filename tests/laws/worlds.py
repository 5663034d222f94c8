"""Random accounts and what is wanted of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from reconciler.model import (
    Desired,
    Json,
    Lifecycle,
    Limit,
    Limits,
    OnImmutableChange,
    Secret,
)
from tests.planning.numbers import desired

UNLIMITED = Limits(
    creates=Limit(), deletes=Limit(), replaces=Limit(), changes=Limit(), recreates=Limit()
)
REPLACING = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
KEYS = ("a", "b", "c", "d", "e", "f")
CANARY = "canary-0123456789-canary"

servers = st.fixed_dictionaries(
    {"url": st.sampled_from(["https://x.example.com", "https://y.example.com"])},
    optional={
        "timeoutSeconds": st.sampled_from([20, 30]),
        "headers": st.just({"X-Token": Secret(CANARY)}),
        "backoffPlan": st.just({"type": "fixed", "maxRetries": 2, "baseDelaySeconds": 1}),
    },
)
hooks = st.lists(
    st.sampled_from(
        [
            {"on": "call.ringing", "do": [{"type": "say", "exact": "Hello"}]},
            {"on": "call.ending", "do": {"type": "say", "exact": "Bye"}},
        ]
    ),
    max_size=2,
)
fallbacks = st.sampled_from(
    [
        {"type": "number", "number": "+14155550199"},
        {"type": "sip", "sipUri": "sip:help@example.com", "sipHeaders": {"X-A": Secret(CANARY)}},
    ]
)
shared_fields: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["One", "Two"]),
    "server": servers,
    "hooks": hooks,
    "fallbackDestination": fallbacks,
}
routes = st.sampled_from([{}, {"assistantId": "a1"}, {"squadId": "s1"}, {"workflowId": "w1"}])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Desired, ...]:
    """Manifests of all providers; SIP URIs come from one small pool, so that they often move."""
    keys = draw(st.lists(st.sampled_from(KEYS), unique=True, min_size=1))
    users = draw(st.permutations(("u1", "u2", "u3", "u4", "u5", "u6")))
    return tuple(
        desired(key, spec, provider=provider, lifecycle=REPLACING)
        for key, user in zip(keys, users, strict=False)
        for provider, spec in [draw(numbers(key, user))]
    )


@st.composite
def numbers(draw: st.DrawFn, key: str, user: str) -> tuple[str, Mapping[str, Json]]:
    digits = f"+1415555010{KEYS.index(key)}"
    credentials = {"username": "u" * 20, "password": Secret(CANARY)}
    kinds: Sequence[tuple[str, dict[str, Any]]] = [
        ("vapi", {"sipUri": f"sip:{user}@sip.vapi.ai"}),
        ("vapi", {"sipUri": f"sip:{user}@sip.vapi.ai", "authentication": credentials}),
        ("vapi", {"numberDesiredAreaCode": draw(st.sampled_from(["415", "212"]))}),
        ("twilio", {"number": digits, "twilioAccountSid": "AC1"}),
        ("vonage", {"number": digits, "credentialId": "c1"}),
        ("telnyx", {"number": digits, "credentialId": "c1"}),
        ("byo-phone-number", {"number": digits, "credentialId": "c1"}),
    ]
    provider, identity = draw(st.sampled_from(kinds))
    more = draw(st.fixed_dictionaries({}, optional=shared_fields))
    return provider, {**identity, **more, **draw(routes), "name": f"{key} {more.get('name', '')}"}
