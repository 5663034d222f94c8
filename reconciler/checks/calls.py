"""What a manifest makes of a call, by hooks and transfers -> diagnostics. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from reconciler.checks.subject import Context, Node, Subject, mapping
from reconciler.model import Diagnostic, Json, Path

_WAITING: Final = "warm-transfer-wait-for-operator-to-speak-first-and-then-say-"
_EXPERIMENTAL: Final = "warm-transfer-experimental"
_SUMMARY_HEADER: Final = "blind-transfer-add-summary-to-sip-header"
_BLIND: Final = frozenset({"blind-transfer", _SUMMARY_HEADER})
_DEFAULT_MODE: Final = "blind-transfer"
_DEFAULT_VERB: Final = "refer"

# The modes in which a setting of a transfer plan counts, as the API's description says.
_MODES: Final[Mapping[str, frozenset[str]]] = {
    "message": frozenset(
        {_SUMMARY_HEADER, "warm-transfer-say-message", f"{_WAITING}message", _EXPERIMENTAL}
    ),
    "summaryPlan": frozenset(
        {_SUMMARY_HEADER, "warm-transfer-say-summary", f"{_WAITING}summary", _EXPERIMENTAL}
    ),
    "timeout": frozenset({f"{_WAITING}message", f"{_WAITING}summary"}),
    "twiml": frozenset({"warm-transfer-twiml"}),
    "holdAudioUrl": frozenset({_EXPERIMENTAL}),
    "transferCompleteAudioUrl": frozenset({_EXPERIMENTAL}),
    "contextEngineeringPlan": frozenset({_EXPERIMENTAL}),
    "fallbackPlan": frozenset({_EXPERIMENTAL}),
}
_MODES_TO_SIP: Final[Mapping[str, frozenset[str]]] = {
    **_MODES,
    "fallbackPlan": frozenset({_EXPERIMENTAL}) | _BLIND,
}


def ringing_actions(subject: Subject, _: Context) -> Iterator[Diagnostic]:
    """R212: the API runs only the first action of a hook on call.ringing."""
    hooks = subject.spec.get("hooks")
    for index, hook in enumerate(hooks if isinstance(hooks, list) else ()):
        actions = mapping(hook).get("do")
        is_ringing = mapping(hook).get("on") == "call.ringing"
        if is_ringing and isinstance(actions, list) and len(actions) > 1:
            yield subject.fault(
                "R212",
                "only the first action of a call.ringing hook runs",
                ("spec", "hooks", index, "do", 1),
                "keep one action",
            )


def ignored_settings(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R217: a setting counts in the mode, and with the SIP verb, that the transfer has."""
    yield from _by_mode(subject, node)
    yield from _by_verb(subject, node)


def _by_mode(subject: Subject, destination: Node) -> Iterator[Diagnostic]:
    plan = mapping(mapping(destination.value).get("transferPlan"))
    mode = plan.get("mode", _DEFAULT_MODE)
    modes = _MODES_TO_SIP if mapping(destination.value).get("type") == "sip" else _MODES
    for name, heeded in modes.items():
        if name in plan and mode not in heeded:
            path = (*destination.path, "transferPlan", name)
            yield _ignored(subject, path, f"in mode {mode}", " or ".join(sorted(heeded)))


def _by_verb(subject: Subject, destination: Node) -> Iterator[Diagnostic]:
    value = mapping(destination.value)
    plan = mapping(value.get("transferPlan"))
    verb = plan.get("sipVerb", _DEFAULT_VERB)
    if verb == "dial":
        return
    if "dialTimeout" in plan:
        path = (*destination.path, "transferPlan", "dialTimeout")
        yield _ignored(subject, path, f"with sipVerb {verb}", "sipVerb: dial")
    if "callerId" in value and value.get("type") == "sip":
        path = (*destination.path, "callerId")
        yield _ignored(subject, path, f"with sipVerb {verb}", "transferPlan.sipVerb: dial")
    # Without a verb the provider of the number decides; with one of these Vapi has left the call
    # before anyone could dial an extension.
    if "extension" in value and plan.get("sipVerb") in ("refer", "bye"):
        path = (*destination.path, "extension")
        yield _ignored(subject, path, f"with sipVerb {verb}", "transferPlan.sipVerb: dial")


def _ignored(subject: Subject, path: Path, where: str, heeded: Json) -> Diagnostic:
    message = f"{path[-1]} is ignored {where}"
    return subject.fault("R217", message, path, f"remove it; it counts with {heeded}")
