"""A seed -> an account, what is wanted of it, and everything that goes wrong on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from reconciler.sandbox.faults import ONLY_OF, parse_rule
from reconciler.sandbox.settings import FaultName, FaultRule, Secrets, Settings

# The manifest of a key: provider, what it declares, and whether it is a tombstone.
Specs = Mapping[str, Mapping[str, Any]]

_PROVIDERS = ("sip", "bought", "twilio", "vonage", "telnyx", "byo-phone-number")
# These may strike by chance, for good: nothing of them has to end for a run to get through.
_LASTING = (
    "500-before",
    "500-after",
    "drop-before",
    "drop-after",
    "429=0",
    "429",
    "html-502",
    "cut-body",
    "delay=3",
    "new-field",
    "v2-400",
)
# How long, in milliseconds or seconds, where a fault needs to be told.
_ARGUMENTS = {"delay": "5", "delay-after": "700", "refuse": "20", "429": "0.01", "late": "0.2"}
_METHODS = ("", "", "GET:", "POST:", "POST:", "PATCH:", "DELETE:")


@dataclass(frozen=True)
class Schedule:
    """One story: `before` is applied in peace, `after` under `settings` with its faults."""

    before: Specs
    after: Specs
    gone: frozenset[str]
    settings: Settings

    @property
    def shows_secrets_otherwise(self) -> bool:
        """Whether one answer shows secrets in another way than the rest.

        A secret that is not shown any more looks like one that somebody removed: it is sent once
        more, in a run of its own.
        """
        return any(each.fault.name.startswith("secrets-") for each in self.settings.faults)

    @property
    def made(self) -> set[str]:
        """The keys for which exactly one number is to be created under fire."""
        return {
            key
            for key, spec in self.after.items()
            if key not in self.before or _moved_house(self.before[key], spec)
        }


def schedule(seed: int) -> Schedule:
    """The story of a seed; the same each time."""
    random = Random(seed)  # noqa: S311 - chance that can be repeated
    keys = [f"n{index}" for index in range(random.randint(4, 9))]
    before = {key: _spec(random, key) for key in keys if random.random() < 0.7}
    after: dict[str, Mapping[str, Any]] = {}
    for key in keys:
        kept = before.get(key)
        if kept is None:
            after[key] = _spec(random, key)
        elif random.random() < 0.8:
            after[key] = _changed(random, key, kept)
    gone = frozenset(before.keys() - after.keys())
    return Schedule(before, after, gone, _settings(random, seed))


def _settings(random: Random, seed: int) -> Settings:
    rules = [_once(random) for _ in range(random.randint(3, 12))]
    if random.random() < 0.5:
        rules.append(parse_rule(f"{random.choice(_LASTING)}@{random.randint(1, 15)}%"))
    return Settings(
        quota=100,
        secrets=random.choice(list(Secrets)),
        nulls_kept=random.random() < 0.3,
        echo_defaults=random.random() < 0.3,
        area_code_shown=random.random() < 0.3,
        provider_in_patch=random.random() < 0.7,
        husks=random.random() < 0.1,
        faults=tuple(rules),
        fault_seed=seed,
    )


def _once(random: Random) -> FaultRule:
    """Any fault there is, at one call of a kind: a new one is in the campaign by being a name."""
    name = random.choice(list(FaultName))
    if name is FaultName.DELAY_AFTER and random.random() < 0.8:
        name = FaultName.DROP_AFTER  # It costs a whole timeout: seldom.
    argument = f"={_ARGUMENTS[name]}" if name in _ARGUMENTS and random.random() < 0.7 else ""
    if name in (FaultName.DELAY, FaultName.DELAY_AFTER):
        argument = f"={_ARGUMENTS[name]}"
    method = random.choice(_METHODS)
    if method and name in ONLY_OF:
        method = f"{ONLY_OF[name]}:"
    return parse_rule(f"{method}{name}{argument}@{random.randint(1, 12)}")


def _spec(random: Random, key: str) -> dict[str, Any]:
    digits = f"+1415555{1000 + int(key.removeprefix('n')):04}"
    identity: dict[str, Any]
    match random.choice(_PROVIDERS):
        case "sip":
            identity = {"provider": "vapi", "sipUri": f"sip:{key}@sip.vapi.ai"}
        case "bought":
            identity = {"provider": "vapi", "numberDesiredAreaCode": random.choice(["415", "212"])}
        case "twilio":
            identity = {"provider": "twilio", "number": digits, "twilioAccountSid": "AC1"}
            identity["twilioAuthToken"] = {"env": "HOOK_TOKEN"}
        case provider:
            identity = {"provider": provider, "number": digits, "credentialId": "c1"}
    return {**identity, **_body(random)}


def _body(random: Random) -> dict[str, Any]:
    """Fields that every provider takes, and a dashboard may change."""
    server: dict[str, Any] = {"url": f"https://h{random.randint(1, 3)}.example.com"}
    if random.random() < 0.5:
        server["headers"] = {"X-Token": {"env": "HOOK_TOKEN"}}
    hook = {"on": "call.ringing", "do": [{"type": "say", "exact": "Hello"}]}
    body = {
        "assistantId": f"a{random.randint(1, 3)}",
        "server": server,
        "hooks": [hook],
        "fallbackDestination": {"type": "number", "number": "+14155550199"},
    }
    return {key: value for key, value in body.items() if random.random() < 0.5}


def _changed(random: Random, key: str, kept: Mapping[str, Any]) -> dict[str, Any]:
    """As it was, with other fields, or as another number under the same key."""
    roll = random.random()
    if roll < 0.3:
        return dict(kept)
    if roll < 0.45:
        return _spec(random, key)
    fields = ("assistantId", "server", "hooks", "fallbackDestination")
    identity = {name: value for name, value in kept.items() if name not in fields}
    return {**identity, **_body(random)}


def _moved_house(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether this is another number: another provider, or digits in another area."""
    wanted = after.get("numberDesiredAreaCode")
    elsewhere = wanted is not None and wanted != before.get("numberDesiredAreaCode")
    return before["provider"] != after["provider"] or elsewhere
