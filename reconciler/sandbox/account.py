"""What a caller asks of phone numbers -> rows and answers, or a Refusal. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid4

from reconciler.sandbox.answers import answer, stamp
from reconciler.sandbox.clock import Clock, format_time
from reconciler.sandbox.description import Description
from reconciler.sandbox.refusal import Refusal, bad_request, not_found
from reconciler.sandbox.rules import check
from reconciler.sandbox.settings import ORG_ID, Settings
from reconciler.sandbox.store import NUMBERS, Row, Store

# Two messages that callers of the API have seen.
_NEITHER: Final = "At least one of numberDesiredAreaCode, sipUri must be provided"
_NO_STOCK: Final = "This area code is currently not available. Hint: Try one of {}."
_HINTS: Final = ("562", "662", "716")
_SIP_USER: Final = r"[A-Za-z0-9\-_.!~*'()&=+$,;?/%]+"

# Told of every write that landed: the method, and the number as it is or was.
Committed = Callable[[str, Row], None]


class Account:
    """The phone numbers of one account. Every method answers bodies as the API does."""

    def __init__(
        self, description: Description, store: Store, clock: Clock, committed: Committed
    ) -> None:
        self._description = description
        self._store = store
        self._clock = clock
        self._committed = committed

    def create(self, body: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
        """Buy or import a number."""
        schema = self._description.create.get(str(body.get("provider")))
        if schema is None:
            allowed = ", ".join(self._description.create)
            raise bad_request([f"provider must be one of the following values: {allowed}"])
        if faults := check(body, schema, self._description):
            raise bad_request(faults)
        with self._store.transaction():
            row = self._new(_without_nulls(body), settings)
            self._store.insert(NUMBERS, [row])
        self._committed("POST", row)
        return self._answer(row, settings)

    def get(self, number_id: str, settings: Settings) -> dict[str, Any]:
        """One number."""
        return self._answer(self._find(number_id), settings)

    def patch(self, number_id: str, body: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
        """Merge the top level into a number: what is nested is replaced whole, null clears."""
        with self._store.transaction():
            row = self._find(number_id)
            if faults := self._patch_faults(row, body, settings):
                raise bad_request(faults)
            kept = {key for key in settings.not_cleared if body.get(key, "") is None}
            sent = {key: value for key, value in body.items() if key not in kept}
            if settings.nested_nulls_dropped:
                sent = {key: _nulls_dropped(each, row.body.get(key)) for key, each in sent.items()}
            merged = {**row.body, **_without_nulls(sent)}
            merged = {key: value for key, value in merged.items() if sent.get(key, "") is not None}
            if "sipUri" in sent:
                self._check_vapi(merged, number_id, settings)
            moment = self._clock()
            merged["updatedAt"] = format_time(moment)
            changed = replace(row, body=merged, updated_at=moment)
            self._store.replace(NUMBERS, changed)
        self._committed("PATCH", changed)
        return self._answer(changed, settings)

    def delete(self, number_id: str, settings: Settings) -> dict[str, Any]:
        """Release a number for good; answers what it was."""
        with self._store.transaction():
            row = self._find(number_id)
            self._store.delete(NUMBERS, number_id)
        self._committed("DELETE", row)
        return self._answer(row, settings)

    def answers(self, rows: Sequence[Row], settings: Settings) -> list[dict[str, Any]]:
        """The bodies of several numbers at one moment."""
        moment = self._clock()
        return [answer(row, self._description, settings, moment) for row in rows]

    def _answer(self, row: Row, settings: Settings) -> dict[str, Any]:
        return self.answers([row], settings)[0]

    def _find(self, number_id: str) -> Row:
        row = self._store.get(NUMBERS, number_id)
        if row is None:
            raise not_found(f"Phone number with id {number_id} does not exist.")
        return row

    def _new(self, body: dict[str, Any], settings: Settings) -> Row:
        moment, row_id = self._clock(), str(uuid4())
        common = {**stamp(row_id, ORG_ID, moment, moment), "status": "active"}
        if body["provider"] != "vapi":
            return Row(row_id, moment, moment, {**common, **body})
        self._check_vapi(body, row_id, settings)
        area_code = body.get("numberDesiredAreaCode")
        if area_code is None:
            return Row(row_id, moment, moment, {**common, **body})
        digits = self._buy(area_code, settings)
        if settings.husks:
            return Row(row_id, moment, moment, {**common, **body}, free=True)
        bought = {"number": digits, "providerResourceId": str(uuid4())}
        wait = round(settings.activation_seconds * 1000)
        return Row(row_id, moment, moment, {**common, **bought, **body}, moment + wait, free=True)

    def _buy(self, area_code: str, settings: Settings) -> str:
        quota = settings.quota
        if self._store.free_numbers() >= quota:
            message = f"You have reached the limit of {quota} free phone numbers on this account."
            raise bad_request(message)
        if not self._in_stock(area_code, settings):
            candidates = _HINTS if settings.stock is None else sorted(settings.stock)
            hints = [each for each in candidates if self._in_stock(each, settings)][: len(_HINTS)]
            raise bad_request(_NO_STOCK.format(", ".join(hints)))
        return self._store.sell(area_code)

    def _in_stock(self, area_code: str, settings: Settings) -> bool:
        stock = settings.stock
        if stock is None:
            return is_us_area_code(area_code)
        return self._store.sold(area_code) < stock.get(area_code, 0)

    def _patch_faults(self, row: Row, body: Mapping[str, Any], settings: Settings) -> list[str]:
        provider = str(row.body.get("provider"))
        schema = self._description.update.get(provider)
        if schema is None:
            return [f"phone numbers of provider {provider} cannot be updated"]
        # What a create needs, no null can clear.
        needed = self._description.create[provider].get("required", ())
        schema = {**schema, "required": [name for name in needed if name in body]}
        if not settings.provider_in_patch:
            properties = {k: v for k, v in schema["properties"].items() if k != "provider"}
            schema = {**schema, "properties": properties}
        if "number" in body and row.body.get("numberE164CheckEnabled") is False:
            body = {"numberE164CheckEnabled": False, **body}
        return check(body, schema, self._description)

    def _check_vapi(self, body: Mapping[str, Any], number_id: str, settings: Settings) -> None:
        uri = body.get("sipUri")
        if uri is None:
            if "numberDesiredAreaCode" not in body and "number" not in body:
                raise bad_request(_NEITHER)
            return
        host = settings.region.sip_host
        if not re.fullmatch(rf"sip:{_SIP_USER}@{re.escape(host)}", uri, re.ASCII | re.IGNORECASE):
            raise bad_request([f"sipUri must be of the form sip:user@{host}"])
        if self._store.holder_of(uri) not in (None, number_id):
            status = HTTPStatus(settings.sip_taken_status)
            raise Refusal(status, f"A phone number with sipUri {uri} already exists.")


@cache
def is_us_area_code(area_code: str) -> bool:
    """Whether numbers of this area code are ordinary US ones."""
    import phonenumbers as lib  # noqa: PLC0415 - slow to load, and only a purchase needs it

    if not re.fullmatch(r"[2-9]\d\d", area_code, re.ASCII):
        return False
    number = lib.PhoneNumber(country_code=1, national_number=int(area_code) * 10**7 + 5_550_100)
    is_us = lib.is_valid_number_for_region(number, "US")
    kind = lib.number_type(number)
    return is_us and kind == lib.PhoneNumberType.FIXED_LINE_OR_MOBILE


def _nulls_dropped(sent: Any, stored: Any) -> Any:
    """What is stored of a nested value when nulls inside it are ignored."""
    if not isinstance(sent, dict) or not isinstance(stored, dict):
        return sent
    return {
        key: stored.get(key) if each is None else _nulls_dropped(each, stored.get(key))
        for key, each in sent.items()
    }


def _without_nulls(value: Any) -> Any:
    """Null equals absent, at every depth."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_nulls(each) for each in value]
    return value
