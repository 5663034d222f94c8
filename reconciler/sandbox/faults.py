"""ASGI middleware: some calls go wrong, as told by a header of the call or by the settings.

A fault is a strike, which befalls the call itself, or a switch: a setting for this call alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.errors import InputError
from reconciler.sandbox.journal import CONTROL
from reconciler.sandbox.settings import Fault, FaultName, FaultRule, Secrets, Settings
from reconciler.sandbox.strikes import STRIKES, Call

HEADER: Final = "x-sandbox-fault"
# No part is so long that it could not be counted with.
_RULE: Final = re.compile(
    r"(?:(?P<method>[A-Z]+):)?(?P<name>[a-z0-9-]+)(?:=(?P<argument>\d{1,9}(?:\.\d{1,9})?))?"
    r"(?:@(?:(?P<nth>[1-9]\d{0,8})|(?P<percent>\d{1,3}(?:\.\d{1,9})?)%))?",
    re.ASCII,
)
_METHODS: Final = ("GET", "POST", "PATCH", "DELETE")
# Without how long, these would do nothing.
_NEED_ARGUMENT: Final = frozenset({FaultName.DELAY, FaultName.DELAY_AFTER})
_TAKE_ARGUMENT: Final = _NEED_ARGUMENT | {FaultName.REFUSE, FaultName.THROTTLED, FaultName.LATE}
# What befalls calls of one method only: of any other it would mean nothing.
ONLY_OF: Final[Mapping[FaultName, str]] = {
    FaultName.V2_REFUSED: "GET",
    FaultName.PROVIDER_REFUSED: "PATCH",
    FaultName.NESTED_NULLS_DROPPED: "PATCH",
    FaultName.LATE: "POST",
    FaultName.HUSK: "POST",
}
_HELP: Final = (
    "a fault is [METHOD:]NAME[=ARGUMENT][@WHEN], such as POST:drop-after@1, 429=2@10% or "
    "delay=300; WHEN is the how many-th call or a percentage; names: " + ", ".join(FaultName)
)


def parse_rule(text: str) -> FaultRule:
    """Read `[METHOD:]NAME[=ARGUMENT][@WHEN]`.

    WHEN is a count (only that call of those that the rule is about) or a percentage of them.
    Raises InputError, for a part that means nothing too.
    """
    found = _RULE.fullmatch(text)
    if not found or found["name"] not in list(FaultName):
        raise InputError(f"{text!r} is not a fault", help=_HELP)
    rule = FaultRule(
        Fault(FaultName(found["name"]), float(found["argument"]) if found["argument"] else None),
        found["method"],
        int(found["nth"]) if found["nth"] else None,
        float(found["percent"]) / 100 if found["percent"] else 1.0,
    )
    if wrong := _meaningless(rule):
        raise InputError(f"{text!r} is not a fault: {wrong}", help=_HELP)
    return rule


def _meaningless(rule: FaultRule) -> str:
    """What of a rule means nothing; "" where all of it means something."""
    name, argument = rule.fault.name, rule.fault.argument
    if rule.method not in (None, *_METHODS):
        return f"the methods of the API are {', '.join(_METHODS)}"
    if name in _NEED_ARGUMENT and argument is None:
        return f"{name} needs milliseconds, such as {name}=300"
    if name not in _TAKE_ARGUMENT and argument is not None:
        return f"{name} takes no argument"
    if not 0 < rule.probability <= 1:
        return "a percentage is more than 0 and at most 100"
    return _elsewhere(name, rule.method) if rule.method else ""


def _elsewhere(name: FaultName, method: str) -> str:
    """Why a fault befalls no call of a method; "" where it does."""
    only = ONLY_OF.get(name, method)
    return "" if method == only else f"{name} befalls a {only} and no {method}"


class Faults:
    """Lets a fault strike a call: the one its header names, else the first rule that fits."""

    def __init__(self, app: ASGIApp, settings: Settings, edit: Callable[[], None]) -> None:
        self._app = app
        self._settings = settings
        self._edit = edit
        self._rules: Sequence[FaultRule] = settings.faults
        self._seen = [0] * len(self._rules)
        self._random = Random(settings.fault_seed)  # noqa: S311 - chance that can be repeated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or let it go wrong."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        try:
            fault = self._fault(scope)
        except InputError as error:
            refusal = JSONResponse({"message": f"{error.message}: {error.help}"}, 400)
            await refusal(scope, receive, send)
            return
        settings = switched(self._settings, fault) if fault else self._settings
        scope.setdefault("state", {})["settings"] = settings
        if fault is None or fault.name not in STRIKES:
            await self._app(scope, receive, send)
        else:
            call = Call(self._app, scope, receive, send, argument=fault.argument, edit=self._edit)
            await STRIKES[fault.name](call)

    def _fault(self, scope: Scope) -> Fault | None:
        named = Headers(scope=scope).get(HEADER)
        if named is not None:
            return _named(named, scope["method"])
        striking = [rule for index, rule in enumerate(self._rules) if self._strikes(index, scope)]
        return striking[0].fault if striking else None

    def _strikes(self, index: int, scope: Scope) -> bool:
        """Whether a rule strikes this call; every rule counts every call that it is about."""
        rule = self._rules[index]
        if rule.method not in (None, scope["method"]):
            return False
        self._seen[index] += 1
        if rule.nth is not None:
            return self._seen[index] == rule.nth
        return self._random.random() < rule.probability


def _named(text: str, method: str) -> Fault:
    """The fault that a call of a method names for itself. Raises InputError."""
    rule = parse_rule(text)
    if rule != FaultRule(rule.fault):
        raise InputError(
            f"{text!r} is not a fault of one call",
            help=f"{HEADER} is about the call that carries it: leave METHOD: and @WHEN away",
        )
    if wrong := _elsewhere(rule.fault.name, method):
        raise InputError(f"{text!r} is not a fault of this call: {wrong}", help=_HELP)
    return rule.fault


def switched(settings: Settings, fault: Fault) -> Settings:
    """The settings that hold for a call which this fault befalls."""
    if fault.name is FaultName.LATE:
        late = _LATE if fault.argument is None else fault.argument
        return replace(settings, activation_seconds=late)
    changes = _SWITCHES.get(fault.name, {})
    return replace(settings, **changes) if changes else settings


# Seconds until a late number has digits where the fault does not say.
_LATE: Final = 2.0
_SWITCHES: Final[Mapping[FaultName, Mapping[str, Any]]] = {
    FaultName.V2_REFUSED: {"v2_refused": True},
    FaultName.PROVIDER_REFUSED: {"provider_in_patch": False},
    FaultName.NULLS_KEPT: {"nulls_kept": True},
    FaultName.NESTED_NULLS_DROPPED: {"nested_nulls_dropped": True},
    FaultName.SECRETS_CLEAR: {"secrets": Secrets.CLEAR},
    FaultName.SECRETS_MASKED: {"secrets": Secrets.MASKED},
    FaultName.SECRETS_OMITTED: {"secrets": Secrets.OMITTED},
    FaultName.NEW_FIELD: {"new_fields": True},
    FaultName.HUSK: {"husks": True},
}
