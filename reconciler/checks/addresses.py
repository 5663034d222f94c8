"""SIP URIs, telephone numbers and area codes of a manifest -> diagnostics. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from reconciler.checks.subject import Context, Node, Subject
from reconciler.model import Diagnostic, Json, Path, digits_of

_USER: Final = r"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/]|%[0-9A-Fa-f]{2})+"
_HOST: Final = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
# RFC 3261, 19.1.1; an own address has neither password nor port nor parameters.
_OWN_SIP_URI: Final = re.compile(rf"sip:{_USER}@(?P<host>{_HOST})", re.IGNORECASE)
_SIP_URI: Final = re.compile(
    rf"sips?:(?:{_USER}@)?{_HOST}(?::[0-9]{{1,5}})?(?:[;?][^\s<>\"]*)?", re.IGNORECASE
)
# The SIP host of each region, by the host of its API (https://docs.vapi.ai, regions).
_SIP_HOSTS: Final = {"api.vapi.ai": "sip.vapi.ai", "api.eu.vapi.ai": "sip.eu.vapi.ai"}

_E164: Final = re.compile(r"\+[1-9][0-9]{1,14}")
_NANP: Final = re.compile(r"\+1[2-9][0-9]{9}")
_UNCHECKED_NUMBER: Final = re.compile(r"\+?[a-zA-Z0-9]+")
_E164_SWITCH: Final = "numberE164CheckEnabled"
_AREA_CODE: Final = re.compile(r"[0-9]{3}")
# Digits that a subscriber may have in every area code.
_ANY_SUBSCRIBER: Final = 5550100


def sip_uri(subject: Subject, node: Node, context: Context) -> Iterator[Diagnostic]:
    """R208, R209: a SIP URI is one, and the number's own is at the host of the target's region."""
    value = node.value
    if not isinstance(value, str):
        return
    if not node.field.unique:
        if not (_SIP_URI.fullmatch(value) or _is_template(value)):
            yield subject.fault("R208", "this is no SIP URI", node.path, "write sip:user@host")
    elif own := _OWN_SIP_URI.fullmatch(value):
        yield from _foreign_host(subject, node, own["host"].lower(), context.base_url)
    else:
        wanted = " or ".join(f"sip:user@{host}" for host in _hosts(context.base_url))
        yield subject.fault("R208", "this is no SIP URI", node.path, f"write {wanted}")


def telephone_number(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R210: a number is E.164, or where that check is off, letters and digits."""
    if not isinstance(node.value, str):
        return
    if node.parent.get(_E164_SWITCH) is not False:
        yield from _not_e164(subject, node.path, node.value)
    elif not _UNCHECKED_NUMBER.fullmatch(node.value):
        message = "without the E.164 check, a number is still only letters and digits"
        yield subject.fault("R210", message, node.path, "remove what is neither")


def bound_number(subject: Subject, _: Context) -> Iterator[Diagnostic]:
    """R210: the number of a binding is E.164 where the provider's numbers are."""
    bound = subject.binding.get("number")
    if isinstance(bound, str) and subject.provider and _E164_SWITCH not in subject.provider.fields:
        # Numbers are found by their digits alone: in a binding, punctuation does no harm.
        yield from _not_e164(subject, ("binding", "number"), digits_of(bound))


def caller_id(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R210: the caller's number that a transfer shows is E.164, or a template for one."""
    value = node.value
    if isinstance(value, str) and not _is_template(value):
        yield from _not_e164(subject, node.path, value)


def area_code(subject: Subject, node: Node, _: Context) -> Iterator[Diagnostic]:
    """R211: only US area codes can be bought."""
    value = node.value
    if not isinstance(value, str):
        return
    if not (_AREA_CODE.fullmatch(value) and _is_us_area_code(value)):
        message = f"{value[:20]!r} is not a US area code"
        help_text = 'write the three digits of one, such as "415"; toll-free ones do not count'
        yield subject.fault("R211", message, node.path, help_text)


def _foreign_host(subject: Subject, node: Node, host: str, base_url: str) -> Iterator[Diagnostic]:
    hosts = _hosts(base_url)
    if host in hosts:
        return
    wanted = " or ".join(hosts)
    message = f"{host} does not serve {base_url}, whose SIP host is {wanted}"
    yield subject.fault("R209", message, node.path, f"write sip:user@{hosts[0]}")


def _hosts(base_url: str) -> tuple[str, ...]:
    """The SIP hosts that fit an API: that of its region, or any where the region is not known."""
    try:
        host = urlsplit(base_url).hostname
    except ValueError:
        host = None
    known = _SIP_HOSTS.get(host or "")
    return (known,) if known else tuple(_SIP_HOSTS.values())


def _not_e164(subject: Subject, path: Path, value: str) -> Iterator[Diagnostic]:
    if is_e164(value):
        return
    tidy = digits_of(value)
    example = tidy if is_e164(tidy) else "+14155550100"
    message = f"{_shown(value)} is not a telephone number in E.164"
    help_text = f'write a plus, the country code and the number, such as "{example}"'
    yield subject.fault("R210", message, path, help_text)


def is_e164(value: str) -> bool:
    """Whether `value` is a plus, a country code, and as many digits as that country's numbers."""
    if _NANP.fullmatch(value):
        return True
    if not _E164.fullmatch(value):
        return False
    import phonenumbers  # noqa: PLC0415 - most numbers are told without it

    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(value)))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=1000)
def _is_us_area_code(code: str) -> bool:
    """By Google's numbering plan: codes of Canada, the Caribbean and services are not."""
    import phonenumbers  # noqa: PLC0415 - few manifests buy a number

    number = phonenumbers.PhoneNumber(1, int(f"{code}{_ANY_SUBSCRIBER}"))
    kind = phonenumbers.number_type(number)
    is_geographic = kind == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    return is_geographic and phonenumbers.region_code_for_number(number) == "US"


def _is_template(value: Json) -> bool:
    """Whether Vapi fills in a part of the text during the call, as in `{{customer.number}}`."""
    return isinstance(value, str) and "{{" in value


def _shown(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:40] + "…")  # noqa: PLR2004
