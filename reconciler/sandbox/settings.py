"""How this sandbox behaves where the API is unknown, or where two eras of it differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

ORG_ID: Final = "5a0d6b0e-1b0c-4c55-9d0e-6a1f0c2b7d31"


class Region(StrEnum):
    """Where the account lives; it decides the host of a SIP URI."""

    US = "us"
    EU = "eu"

    @property
    def sip_host(self) -> str:
        """The host that the SIP URIs of this region have."""
        return "sip.vapi.ai" if self is Region.US else "sip.eu.vapi.ai"


class Secrets(StrEnum):
    """What an answer does with a secret that was sent."""

    CLEAR = "clear"
    MASKED = "masked"
    OMITTED = "omitted"


class FaultName(StrEnum):
    """What can befall one call. `before` and `after` say: the write, if it is one."""

    # What goes wrong.
    REFUSE = "refuse"
    DELAY = "delay"
    DELAY_AFTER = "delay-after"
    BAD_REQUEST = "400"
    ERROR_BEFORE = "500-before"
    ERROR_AFTER = "500-after"
    THROTTLED = "429"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    BAD_GATEWAY = "html-502"
    CUT_BODY = "cut-body"
    EDIT = "edit"
    # An era or a state of the account, for this call alone.
    V2_REFUSED = "v2-400"
    PROVIDER_REFUSED = "provider-400"
    NULLS_KEPT = "nulls-kept"
    NESTED_NULLS_DROPPED = "nested-nulls-dropped"
    SECRETS_CLEAR = "secrets-clear"
    SECRETS_MASKED = "secrets-masked"
    SECRETS_OMITTED = "secrets-omitted"
    NEW_FIELD = "new-field"
    LATE = "late"
    HUSK = "husk"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    The argument is milliseconds for `delay`, `delay-after` and `refuse`, the Retry-After seconds
    for `429`, and for `late` the seconds until a number that this call buys has digits. The other
    faults take none.
    """

    name: FaultName
    argument: float | None = None


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Which calls a fault strikes: of `method` if given, the `nth` of those, or by chance."""

    fault: Fault
    method: str | None = None
    nth: int | None = None
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """Every switch of the sandbox. The defaults are what was seen of the API most recently."""

    # The keys that are good; without any, all but those that look like a public key.
    keys: frozenset[str] = frozenset()
    region: Region = Region.US
    # Free numbers an account may hold at once.
    quota: int = 5
    # Area code to the numbers it has left; without it, every area code of the US has some.
    stock: Mapping[str, int] | None = None
    # Seconds until a bought number has digits and takes calls.
    activation_seconds: float = 0.0
    secrets: Secrets = Secrets.CLEAR
    # What is bought never gets digits, as after a payment that failed.
    husks: bool = False
    # Unset fields are answered as null, as in 2024, and not left out.
    nulls_kept: bool = False
    # A null inside a nested value is ignored in silence: what was stored there stays.
    nested_nulls_dropped: bool = False
    # Answers carry fields that the description does not know, as it happens without notice.
    new_fields: bool = False
    # GET /v2/phone-number answers 400 to everything.
    v2_refused: bool = False
    # Unset fields that have a default are answered with it.
    echo_defaults: bool = False
    # The area code that was asked for is answered, as the description says and no body showed.
    area_code_shown: bool = False
    # `provider` may stand in the body of a PATCH, as since 2026-07.
    provider_in_patch: bool = True
    # Fields whose null in a PATCH is accepted and ignored.
    not_cleared: frozenset[str] = frozenset()
    # How a SIP URI that somebody holds is refused.
    sip_taken_status: Literal[400, 409] = 400
    faults: tuple[FaultRule, ...] = field(default=())
    # Faults by chance are the same in every run with the same seed.
    fault_seed: int = 0
